"""`follicle-sim doctor`: what a run stands on, a heading for each part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from follicle_sim.cli.options import Json
from follicle_sim.cli.text import (
    format_count,
    make_console,
    print_heading,
    print_indented,
    print_json,
)

INDENT = 2


def doctor(json: Json = False) -> None:
    """Say what a run stands on: versions, processors, linear algebra, folders.

    Worth adding to a report of trouble. Nothing is changed; the exit code is 0 whatever it finds.
    """
    from follicle_sim.reporting.doctor import diagnose

    diagnosis = diagnose()
    if json:
        print_json(diagnosis, indent=2)
    else:
        print_diagnosis(diagnosis)


def print_diagnosis(facts: Mapping[str, Any]) -> None:
    """Print what `diagnose` returned: a heading for each part, a line for each fact."""
    console = make_console()
    for heading, lines in _sort_facts(facts).items():
        print_heading(console, heading)
        for line in lines:
            print_indented(console, line, INDENT)


def _sort_facts(facts: Mapping[str, Any]) -> dict[str, list[str]]:
    from follicle_sim.reporting.doctor import described

    there = {name: known for name, known in facts["optional"].items() if known}
    missing = [name for name, known in facts["optional"].items() if not known]
    parts = {
        "versions": [
            f"follicle_sim {facts['follicle_sim'] or 'not installed'}",
            f"Python {facts['python']} ({facts['implementation']}) on {facts['system']}",
            _list_versions(facts["libraries"]),
        ],
        "processors": [
            f"{format_count(facts['cores'] or 1, 'core')} ({facts['processor']}), "
            f"{format_count(facts['threads'], 'thread')} used unless --threads says otherwise"
        ],
        "linear algebra": [
            *dict.fromkeys(described(library) for library in facts["blas"]),
            *(f"{name}={value}" for name, value in facts["environment"].items()),
        ],
        "compiled code": list(_describe_code(facts["compiled_code"])),
        "results": [_describe_results(facts["results"])],
    }
    if there:
        parts["versions"].append(f"optional: {_list_versions(there)}")
    if missing:
        parts["versions"].append(f"not installed (optional): {', '.join(missing)}")
    return parts


def _list_versions(known: Mapping[str, str | None]) -> str:
    return ", ".join(f"{name} {number or 'NOT INSTALLED'}" for name, number in known.items())


def _describe_code(facts: Mapping[str, Any]) -> Iterator[str]:
    if facts["folder"] is None:
        yield "not kept: every start compiles anew, which takes several seconds"
    else:
        private = "private" if facts["private"] else "open to other users"
        yield f"kept in {facts['folder']} (writable, {private})"
    yield from facts["notes"]


def _describe_results(facts: Mapping[str, Any]) -> str:
    if facts["writable"]:
        return f"{facts['folder']} can be written"
    return f"{facts['folder']} cannot be written ({facts['reason']}); choose a folder with --out"
