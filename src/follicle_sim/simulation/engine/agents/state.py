"""The array contract of the engine: one record a follicle."""

import numpy as np

STATE = np.dtype(
    [
        ("due", np.float64),  # reading of the phase clock at which the phase ends
        ("next", np.float64),  # day of the next event; infinity beyond the grid
        ("entered", np.float64),  # day the present phase began
        ("mark", np.float64),  # reading of the growth table when the present hair began, mm
        ("club", np.float64),  # log relative calibre frozen when growth last ended
        ("shed", np.float64),  # day of the last shed hair; minus infinity if none yet
        ("attack", np.float64),  # reading of the attack table that ends anagen
        ("destruction", np.float64),  # reading of the destruction table that ends the follicle
        ("full_calibre", np.float64),  # µm, fixed
        ("cycle", np.uint32),  # anagen onsets so far
        ("cell", np.uint32),  # grid cell of the next event
        ("stratum", np.uint16),  # androgen-sensitivity stratum, fixed
        ("phase", np.uint8),  # codes.Phase
        ("cause", np.uint8),  # of the next event: phase end, attack or destruction
    ],
    align=True,
)
"""State and fixed traits of a follicle. `due` counts in clock units, so it stays true when a clock
is rewritten; the biological time left is `due` minus the clock's present reading."""
