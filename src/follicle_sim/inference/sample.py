"""The posterior sample that comes with the package: parameter sets to carry what is not known."""

import csv
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from follicle_sim.errors import InputError, Problem, did_you_mean

POSTERIOR_FILE = "posterior_biology.csv"


def load_posterior(path: Path | None = None) -> tuple[Mapping[str, float], ...]:
    """Return the draws of a posterior sample, each a set of biology values in canonical units.

    Parameters
    ----------
    path : a posterior.csv of `follicle-sim calibrate`; default the sample of the package

    Raises
    ------
    InputError
        If the file is no posterior sample, or names an unknown parameter.

    Examples
    --------
    >>> draws = load_posterior()
    >>> len(draws), "severity" in draws[0]
    (200, True)
    """
    from follicle_sim.biology.parameters import parameter_table

    source = files("follicle_sim.inference").joinpath(POSTERIOR_FILE) if path is None else path
    try:
        text = source.read_text("utf-8")
        rows = list(csv.DictReader(line for line in text.splitlines() if line[:1] != "#"))
        draws = tuple({name: float(value) for name, value in row.items()} for row in rows)
    except (OSError, ValueError, TypeError, AttributeError):
        message = "is no posterior sample of `follicle-sim calibrate`"
        raise InputError(str(source), [Problem("", message)]) from None
    table = parameter_table()
    unknown = [name for name in (draws[0] if draws else {"": 0.0}) if name not in table]
    if unknown:
        problems = [Problem(n, f"unknown parameter{did_you_mean(n, table)}") for n in unknown]
        raise InputError(str(source), problems)
    return draws
