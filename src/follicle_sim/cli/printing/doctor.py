"""What a run stands on, in the terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from follicle_sim.cli.printing.text import counted, make_console, print_indented
from follicle_sim.reporting.doctor import described

INDENT = 2


def print_diagnosis(found: Mapping[str, Any]) -> None:
    """Print what `diagnose` returned: a heading for each part, a line for each fact."""
    console = make_console()
    for heading, lines in _parts(found).items():
        console.print(Text(heading, style="bold"))
        for line in lines:
            print_indented(console, line, INDENT)


def _parts(found: Mapping[str, Any]) -> dict[str, list[str]]:
    there = {name: known for name, known in found["optional"].items() if known}
    missing = [name for name, known in found["optional"].items() if not known]
    parts = {
        "versions": [
            f"follicle_sim {found['follicle_sim'] or 'not installed'}",
            f"Python {found['python']} ({found['implementation']}) on {found['system']}",
            _versions(found["libraries"]),
        ],
        "processors": [
            f"{counted(found['cores'] or 1, 'core')} ({found['processor']}), "
            f"{counted(found['threads'], 'thread')} used unless --threads says otherwise"
        ],
        "linear algebra": [
            *dict.fromkeys(described(each) for each in found["blas"]),
            *(f"{name}={value}" for name, value in found["environment"].items()),
        ],
        "compiled code": list(_code(found["compiled_code"])),
        "results": [_results(found["results"])],
    }
    if there:
        parts["versions"].append(f"optional: {_versions(there)}")
    if missing:
        parts["versions"].append(f"not installed (optional): {', '.join(missing)}")
    return parts


def _versions(known: Mapping[str, str | None]) -> str:
    return ", ".join(f"{name} {number or 'NOT INSTALLED'}" for name, number in known.items())


def _code(found: Mapping[str, Any]) -> Iterator[str]:
    if found["folder"] is None:
        yield "not kept: every start compiles anew, which takes several seconds"
    else:
        private = "private" if found["private"] else "open to other users"
        yield f"kept in {found['folder']} (writable, {private})"
    yield from found["notes"]


def _results(found: Mapping[str, Any]) -> str:
    if found["writable"]:
        return f"{found['folder']} can be written"
    return f"{found['folder']} cannot be written ({found['reason']}); choose a folder with --out"
