"""How a result was made, as JSON beside it."""

import datetime
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from follicle_sim.base.files import write_text_atomic
from follicle_sim.experiments.calibration.tables import versions


def write_record(
    path: Path, command: str, seed: int, data: Sequence[str], headlines: Mapping[str, object]
) -> None:
    """Write how a result was made, and its headline numbers, as JSON."""
    record = {
        "command": command,
        "date": str(datetime.date.today()),
        "seed": seed,
        "data": list(data),
        "versions": versions(),
        **headlines,
    }
    write_text_atomic(path, json.dumps(record, indent=2) + "\n")
