"""The posterior sample that comes with the package: parameter sets to carry what is not known."""

import csv
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.biology.parameters import parameter_table

POSTERIOR_FILE = "posterior.csv"
"""In this package; written by `follicle-sim calibrate --method posterior --keep`."""


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
    return _packaged_draws() if path is None else _read_draws(path.read_text, str(path))


@cache
def _packaged_draws() -> tuple[Mapping[str, float], ...]:
    source = files("follicle_sim.biology").joinpath(POSTERIOR_FILE)
    return _read_draws(source.read_text, str(source))


def _read_draws(read_text: Callable[[str], str], name: str) -> tuple[Mapping[str, float], ...]:
    try:
        text = read_text("utf-8")
        rows = list(csv.DictReader(line for line in text.splitlines() if line[:1] != "#"))
        draws = tuple({key: float(value) for key, value in row.items()} for row in rows)
    except (OSError, ValueError, TypeError, AttributeError):
        message = "is no posterior sample of `follicle-sim calibrate`"
        raise InputError(name, [Problem("", message)]) from None
    table = parameter_table()
    unknown = [key for key in (draws[0] if draws else {"": 0.0}) if key not in table]
    if unknown:
        problems = [Problem(n, f"unknown parameter{did_you_mean(n, table)}") for n in unknown]
        raise InputError(name, problems)
    return draws
