"""The library of treatments: one file a treatment, named by its file; every number has a source."""

from pathlib import Path

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.fitted import FITTED_PREFIX
from follicle_sim.base.quantity import read_toml
from follicle_sim.pharmacology.fitted import LIBRARY
from follicle_sim.pharmacology.treatment import Treatment, parse_treatment


def treatment_file(name: str, folder: Path = LIBRARY) -> Path:
    """Return the file of a treatment.

    Raises
    ------
    InputError
        If the library has no such treatment; the message names the nearest.
    """
    names = treatment_names(folder)
    if name not in names:
        hint = did_you_mean(name, names)
        raise InputError("treatment library", [Problem(name, f"unknown treatment{hint}")])
    return folder / f"{name}.toml"


def load_treatment(name: str, folder: Path = LIBRARY) -> Treatment:
    """Return one treatment of the library.

    Raises
    ------
    InputError
        If there is no such treatment or its file is wrong.

    Examples
    --------
    >>> load_treatment("finasteride_oral").amount
    'mass'
    """
    path = treatment_file(name, folder)
    return parse_treatment(name, read_toml(path), path.name)


def load_treatments() -> dict[str, Treatment]:
    """Return every treatment of the library, in alphabetical order; each number has its unit.

    Examples
    --------
    >>> load_treatments()["finasteride_oral"].disposition.half_life.value
    0.25
    """
    return {name: load_treatment(name) for name in treatment_names()}


def treatment_names(folder: Path = LIBRARY) -> tuple[str, ...]:
    """Return the names of all treatments, sorted."""
    stems = (path.stem for path in folder.glob("*.toml"))
    return tuple(sorted(stem for stem in stems if not stem.startswith(FITTED_PREFIX)))
