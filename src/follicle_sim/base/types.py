"""Types of arrays, named once."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Names = NDArray[np.int64]
"""Names of people and follicles in the random draws."""
Values = NDArray[np.generic]
"""Of any kind."""
