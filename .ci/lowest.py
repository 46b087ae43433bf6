"""The lowest versions that pyproject.toml allows, as constraints for pip.

    python .ci/lowest.py test inference > lowest.txt      # for the Python that runs it
    python -m pip install --constraint lowest.txt -e ".[test,inference]"
    python .ci/lowest.py --check test inference           # exit code 1 if others are installed

Works with whatever pip is set up to use. Needs `packaging`, which comes with pytest.
"""

import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def requirements(project: Mapping[str, Any], extras: Sequence[str]) -> Iterator[Requirement]:
    """Yield what a project and some of its extras need, with extras that name others."""
    lines = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    for line in lines:
        wanted = Requirement(line)
        if canonicalize_name(wanted.name) == canonicalize_name(project["name"]):
            yield from requirements({**project, "dependencies": []}, sorted(wanted.extras))
        else:
            yield wanted


def bound(wanted: Requirement) -> Version:
    """Return the lower bound of a requirement.

    Raises
    ------
    ValueError
        If it has none, or anything else beside it.
    """
    specifiers = list(wanted.specifier)
    if len(specifiers) != 1 or specifiers[0].operator != ">=":
        raise ValueError(f'"{wanted}": found no lower bound alone; write it as name>=version')
    return Version(specifiers[0].version)


def lowest(
    project: Mapping[str, Any], extras: Sequence[str], environment: Mapping[str, str] | None = None
) -> dict[str, Version]:
    """Return the lowest version allowed of each requirement, by name.

    Parameters
    ----------
    environment
        Markers, such as {"python_version": "3.14"}; those not named are of this Python.
    """
    found: dict[str, Version] = {}
    for wanted in requirements(project, extras):
        if wanted.marker is None or wanted.marker.evaluate(dict(environment or {})):
            name = canonicalize_name(wanted.name)
            found[name] = max(bound(wanted), found.get(name, Version("0")))
    return found


def read_project() -> dict[str, Any]:
    """Return the table `project` of pyproject.toml."""
    return dict(tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"])


def others(wanted: Mapping[str, Version]) -> list[str]:
    """Return what is installed in another version than the lowest."""
    return [
        f"{name}: installed {version(name)}, lowest {number}"
        for name, number in wanted.items()
        if Version(version(name)) != number
    ]


def main(arguments: Sequence[str]) -> int:
    """Print constraints, or compare them with what is installed; return the exit code."""
    check = "--check" in arguments
    wanted = lowest(read_project(), [each for each in arguments if each != "--check"])
    lines = others(wanted) if check else [f"{name}=={number}" for name, number in wanted.items()]
    print("\n".join(lines) or "the lowest versions are installed")
    return 1 if check and lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
