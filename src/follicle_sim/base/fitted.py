"""Numbers that a fit wrote, with what is needed to repeat it.

A number that came out of a fit is written by that fit into `fitted_<set>.toml`, in the folder of
the files that use it, together with the command that repeats it, and is referred to as
`{ fitted = "<set>.<name>" }`: it is never typed.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, FiniteFloat, model_validator

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.files import write_text_atomic
from follicle_sim.base.quantity import Quantity, read_toml

FITTED_PREFIX = "fitted_"


class FittedValue(Quantity):
    """A number written by a fit, with what is needed to repeat the fit.

    A start value that no fit has replaced yet has grade `assumption` and no command.

    log_se
        Standard error of the natural logarithm of the value, biology held.
    elasticity
        Relative change of the value, had biology been otherwise: d log value / d log parameter.
    error
        How the two were found.
    """

    command: str = ""
    data: tuple[str, ...] = ()
    date: str = ""
    versions: Mapping[str, str] = Field(default_factory=dict)
    log_se: Annotated[FiniteFloat, Field(gt=0.0)] | None = None
    elasticity: Mapping[str, FiniteFloat] = Field(default_factory=dict)
    error: str = ""

    @model_validator(mode="after")
    def _fitted_is_repeatable(self) -> "FittedValue":
        if self.grade == "fitted" and not (
            self.command and self.data and self.date and self.versions
        ):
            raise ValueError("a fitted value needs command, data, date and versions")
        return self

    def quantity(self) -> Quantity:
        """Return value, unit, source and grade alone."""
        return Quantity.model_validate(self.model_dump(include=set(Quantity.model_fields)))


def read_fitted(name: str, folder: Path) -> dict[str, FittedValue]:
    """Return the entries of `fitted_<name>.toml`, in file order.

    Raises
    ------
    InputError
        If there is no such file.
    """
    path = folder / f"{FITTED_PREFIX}{name}.toml"
    if not path.is_file():
        sets = sorted(p.stem.removeprefix(FITTED_PREFIX) for p in folder.glob("fitted_*.toml"))
        raise InputError(
            str(path), [Problem("fitted", f'no fitted set "{name}"{did_you_mean(name, sets)}')]
        )
    status = path.stat()
    return dict(_read_fitted(path, status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=16)
def _read_fitted(path: Path, changed: int, size: int) -> Mapping[str, FittedValue]:
    """Return the entries of a file as it was when last changed; many short runs read it often."""
    return {key: FittedValue.model_validate(entry) for key, entry in read_toml(path).items()}


def save_fitted(name: str, entries: Mapping[str, FittedValue], heading: str, folder: Path) -> Path:
    """Write `fitted_<name>.toml`, whole or not at all, and return its path.

    Keep entries that a fit does not touch by passing them again.
    """
    lines = [f"# {line}".rstrip() for line in heading.splitlines()]
    for key, entry in entries.items():
        lines += ["", f"[{key}]", f"value = {float(entry.value)!r}"]
        for field in ("unit", "grade", "source", "command", "date"):
            if text := getattr(entry, field):
                lines.append(f"{field} = {_quote(text)}")
        if entry.data:
            lines += ["data = [", *(f"    {_quote(row)}," for row in entry.data), "]"]
        if entry.versions:
            pairs = ", ".join(f"{k} = {_quote(v)}" for k, v in sorted(entry.versions.items()))
            lines.append(f"versions = {{ {pairs} }}")
        if entry.log_se is not None:
            pairs = ", ".join(f"{k} = {float(v)!r}" for k, v in entry.elasticity.items())
            lines.append(f"log_se = {float(entry.log_se)!r}")
            lines += [f"elasticity = {{ {pairs} }}", f"error = {_quote(entry.error)}"]
    path = folder / f"{FITTED_PREFIX}{name}.toml"
    write_text_atomic(path, "\n".join(lines).lstrip("\n") + "\n")
    return path


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def fill_fitted(
    node: Any,
    source: str,
    folder: Path,
    fitted: Mapping[str, Mapping[str, Quantity]] | None = None,
) -> Any:
    """Replace every `{ fitted = "<set>.<name>" }` in nested tables by the number it points to.

    Parameters
    ----------
    node : tables as read from TOML
    source : file name for messages
    folder : of the files of sets
    fitted : sets to use instead of the files of the library; a fit passes its trial values here
    """
    if isinstance(node, (list, tuple)):
        return [fill_fitted(child, source, folder, fitted) for child in node]
    if not isinstance(node, Mapping):
        return node
    if set(node) != {"fitted"}:
        return {key: fill_fitted(child, source, folder, fitted) for key, child in node.items()}
    group, _, name = str(node["fitted"]).partition(".")
    entries: Mapping[str, Quantity]
    entries = fitted[group] if fitted and group in fitted else read_fitted(group, folder)
    if name not in entries:
        hint = did_you_mean(name, entries)
        raise InputError(source, [Problem("fitted", f'no value "{name}" in set "{group}"{hint}')])
    return entries[name].model_dump(include=set(Quantity.model_fields))
