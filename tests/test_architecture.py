"""The shape of the code: imports run one way, files stay small, numbers have sources, drops of the
outside world (random generators, machine paths) stay outside."""

import ast
import importlib
import inspect
import re
import statistics
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

import follicle_sim
from follicle_sim.base.compiled import COMPILED_MODULES

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "follicle_sim"
FILES = sorted(PACKAGE.rglob("*.py"))

# From the ground up, as data flow. A room imports only from itself and from rooms before it.
ROOMS = (
    "base",
    "biology",
    "pharmacology",
    "evidence",
    "scenario",
    "protocol",
    "results",
    "simulation",
    "analysis",
    "experiments",
    "figures",
    "reporting",
    "cli",
)

# The same inside rooms whose parts have an order of their own. `engine.agents` is compiled and
# stands apart: it imports from `base` alone.
PARTS = (
    (
        "simulation.people",
        "simulation.engine.agents",
        "simulation.engine",
        "simulation.instrument",
        "simulation",
    ),
    ("scenario.fields", "scenario.tables", "scenario.rules", "scenario"),
    ("analysis.statistics", "analysis"),
)

MOST_ENTRIES = 16

# Imports inside a function that would close a circle, with the reason; none today.
EXPLAINED_CIRCLES: dict[tuple[str, str], str] = {}

MOST_LINES = 400
MEDIAN_LINES = 130

MOST_CODE_LINES = 60
MOST_PARAMETERS = 8
COMPILED = "simulation.engine.agents."


def name_of(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


MODULES = {name_of(path): path for path in FILES}


def room_of(module):
    return "cli" if module == "__main__" else module.partition(".")[0]


def part_of(module, parts):
    """Return the place in a tuple of parts of the longest name that starts a module's, or None."""
    fitting = [name for name in parts if module == name or module.startswith(f"{name}.")]
    return parts.index(max(fitting, key=len)) if fitting else None


def targets(node):
    """Return the modules of the package that an import statement names."""
    if isinstance(node, ast.Import):
        dotted = [alias.name for alias in node.names]
    else:
        assert node.level == 0, "imports are absolute"
        whole = [f"{node.module}.{alias.name}" for alias in node.names]
        dotted = [name if _inside(name) in MODULES else node.module for name in whole]
    return {_inside(name) for name in dotted if _inside(name) in MODULES} - {""}


def _inside(dotted):
    if dotted == "follicle_sim":
        return ""
    return dotted.removeprefix("follicle_sim.") if dotted.startswith("follicle_sim.") else None


@cache
def imports_of(path, *, deferred):
    """Return imports at module level, or (deferred) those inside functions and for typing."""
    found = set()

    def walk(node, inside):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import | ast.ImportFrom) and inside == deferred:
                found.update(targets(child))
            late = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            typed = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            walk(child, inside or late or typed)

    walk(tree_of(path), False)
    return frozenset(found - {name_of(path)})


def graph(*, deferred=False):
    edges = {name: imports_of(path, deferred=False) for name, path in MODULES.items()}
    if deferred:
        for name, path in MODULES.items():
            late = imports_of(path, deferred=True)
            edges[name] |= {to for to in late if (name, to) not in EXPLAINED_CIRCLES}
    return edges


def circle(edges):
    """Return one circle of imports, or an empty list."""
    done, path = set(), []

    def visit(name):
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        path.append(name)
        for to in sorted(edges[name]):
            if found := visit(to):
                return found
        path.pop()
        done.add(name)
        return []

    for name in edges:
        if found := visit(name):
            return found
    return []


def test_the_search_for_circles_finds_one():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_the_graph_is_read():
    edges = graph()
    assert "simulation.simulate" in graph(deferred=True)["cli.run"]
    assert "simulation.simulate" not in edges["cli.run"]
    assert {"protocol.resolve", "simulation.record"} <= edges["simulation.simulate"]


def test_the_folder_list_tells_the_way():
    top = {path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"}
    assert top == {*ROOMS, "__init__.py", "__main__.py", "py.typed"}
    assert len(top) <= MOST_ENTRIES


@pytest.mark.parametrize("deferred", [False, True])
def test_a_room_imports_only_rooms_before_it(deferred):
    upwards = [
        f"{name} imports {to}"
        for name, targets in graph(deferred=deferred).items()
        if name
        for to in targets
        if ROOMS.index(room_of(to)) > ROOMS.index(room_of(name))
    ]
    assert upwards == []


@pytest.mark.parametrize("parts", PARTS, ids=lambda parts: parts[-1])
def test_inside_a_room_imports_run_one_way_too(parts):
    upwards = [
        f"{name} imports {to}"
        for name, targets in graph(deferred=True).items()
        for to in targets
        if part_of(name, parts) is not None
        and part_of(to, parts) is not None
        and part_of(to, parts) > part_of(name, parts)
    ]
    assert upwards == []


def test_what_is_compiled_stands_on_the_ground_alone():
    mine = "simulation.engine.agents."
    imported = {
        to
        for name, targets in graph(deferred=True).items()
        if name.startswith(mine)
        for to in targets
        if not to.startswith(mine)
    }
    assert {room_of(to) for to in imported} == {"base"}


@pytest.mark.parametrize("deferred", [False, True])
def test_no_circle_between_modules(deferred):
    assert circle(graph(deferred=deferred)) == []


def test_no_circle_between_folders():
    folders = {}
    for name, targets in graph(deferred=True).items():
        mine = name.rpartition(".")[0] if not (PACKAGE / name.replace(".", "/")).is_dir() else name
        for to in targets:
            other = to if (PACKAGE / to.replace(".", "/")).is_dir() else to.rpartition(".")[0]
            # a folder and the one inside it are one thing with two floors
            if not (f"{other}.".startswith(f"{mine}.") or f"{mine}.".startswith(f"{other}.")):
                folders.setdefault(mine, set()).add(other)
    every = {*folders, *set().union(*folders.values())}
    assert circle({name: folders.get(name, set()) for name in every}) == []


def test_files_are_small():
    lines = {name: len(path.read_text("utf-8").splitlines()) for name, path in MODULES.items()}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}
    assert statistics.median(lines.values()) <= MEDIAN_LINES


def functions():
    """Yield each function as its module and its node, methods and inner functions too."""
    for name, path in MODULES.items():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield name, node


def code_lines(node):
    """Return the lines of a function without its decorators and docstring."""
    lines = node.end_lineno - node.lineno + 1
    first = node.body[0]
    return lines - (first.end_lineno - first.lineno + 1 if ast.get_docstring(node) else 0)


def parameters(node):
    """Return the number of a function's parameters, without what stands for the object."""
    names = [each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def test_functions_are_counted_without_their_docstrings():
    text = 'def f(self, a, *, b=1):\n    """Two\n    lines."""\n    return (\n        a + b\n    )'
    (node,) = ast.parse(text).body
    assert (code_lines(node), parameters(node)) == (4, 2)


def test_functions_are_short():
    long = {
        (name, node.name)
        for name, node in functions()
        if code_lines(node) > MOST_CODE_LINES and not name.startswith(COMPILED)
    }
    assert long == set()


def test_functions_take_few_parameters():
    # a command of the command line has one for each of its options
    many = {
        (name, node.name)
        for name, node in functions()
        if parameters(node) > MOST_PARAMETERS and room_of(name) != "cli"
    }
    assert many == set()


def text_with(pattern):
    return [name for name, path in MODULES.items() if re.search(pattern, path.read_text("utf-8"))]


def test_every_random_number_has_a_name():
    wild = r"\bnp\.random|numpy\.random|default_rng|^\s*(import|from) random\b|RandomState"
    assert text_with(f"(?m){wild}") == []


def test_floating_point_is_exact():
    assert text_with(r"fastmath\W{0,3}[=:]|parallel\s*=\s*True") == []


def test_compiled_modules_are_all_known():
    # The cache of compiled code is keyed by the sources of exactly these.
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in FILES
        if any(
            isinstance(node, ast.ImportFrom)
            and node.module == "follicle_sim.base.compiled"
            and any(alias.name.startswith("jit") for alias in node.names)
            for node in ast.walk(tree_of(path))
        )
    }
    assert users == set(COMPILED_MODULES)
    importers = {name_of(PACKAGE / file) for file in ("base/compiled.py", *COMPILED_MODULES)}
    assert set(text_with(r"(?m)^\s*(import|from) numba\b|\bnjit\b")) <= importers


@pytest.mark.parametrize(
    ("library", "modules"),
    # results.dataframe makes the table for whoever works in pandas
    [("pandas", ["results.dataframe"]), ("matplotlib.pyplot", [])],
)
def test_not_imported_anywhere_else(library, modules):
    assert text_with(rf"(?m)^\s*(import|from) {re.escape(library)}\b") == modules


def test_importing_the_package_is_light():
    code = "import sys, follicle_sim; print(sorted(m.partition('.')[0] for m in sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ast.literal_eval(shown.stdout))
    assert not loaded & {"numpy", "scipy", "numba", "xarray", "matplotlib", "pydantic", "typer"}


def test_public_names_resolve_and_are_described():
    assert follicle_sim.__all__ == sorted(set(follicle_sim.__all__))
    for name in follicle_sim.__all__:
        assert ">>> " in (inspect.getdoc(getattr(follicle_sim, name)) or ""), name
    assert set(follicle_sim.__all__) <= set(dir(follicle_sim))
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = follicle_sim.no_such_name


def test_type_checkers_see_the_same_names_as_users():
    for node in tree_of(PACKAGE / "__init__.py").body:
        if isinstance(node, ast.If):
            typed = {alias.asname for each in node.body for alias in each.names}
    assert typed == set(follicle_sim.__all__)


def undocumented(module):
    """Yield public names of a module, and of its classes, that nothing documents.

    A method that fills in one of its base class has that one's docstring.
    """
    dotted = f"follicle_sim.{module}".rstrip(".")
    home = importlib.import_module(dotted)
    if not home.__doc__ and Path(home.__file__).stat().st_size:
        yield dotted
    for name, each in vars(home).items():
        ours = getattr(each, "__module__", None) == dotted
        if name.startswith("_") or not ours:
            continue
        if (inspect.isroutine(each) or inspect.isclass(each)) and not inspect.getdoc(each):
            yield f"{dotted}.{name}"
        if inspect.isclass(each) and not getattr(each, "_is_protocol", False):
            for method, code in vars(each).items():
                known = inspect.isroutine(code) or isinstance(code, property)
                if (
                    known
                    and not method.startswith("_")
                    and not inspect.getdoc(getattr(each, method))
                ):
                    yield f"{dotted}.{name}.{method}"


def test_everything_public_has_a_docstring():
    modules = [name for name in MODULES if name != "__main__"]  # that one runs
    assert [name for module in modules for name in undocumented(module)] == []


# -- numbers ---------------------------------------------------------------------------------------

TABLES = ["biology/parameters.toml"]
VALUES = [
    "analysis/outcomes/satisfaction.toml",
    "biology/factors.toml",
    "biology/health.toml",
    "biology/spread.toml",
    "pharmacology/aftercare.toml",
    "pharmacology/costs.toml",
    *sorted(p.relative_to(PACKAGE).as_posix() for p in PACKAGE.glob("pharmacology/library/*.toml")),
    *sorted(p.relative_to(PACKAGE).as_posix() for p in PACKAGE.glob("biology/conditions/*.toml")),
]
BARE = re.compile(
    r"severities\.\w+|patterns\.\w+\.severity|patches\.grades\.\w+\.least|(attacks|losses|clocks)\.count"
)
"""Numbers of a condition without a source of their own: grades, and how often something comes."""


def load(name):
    return tomllib.loads((PACKAGE / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_a_source(name):
    tables = load(name)
    assert len(tables) >= 3
    for key, table in tables.items():
        assert len(table.get("source", "")) > 8, key


def unsourced(node, path=""):
    """Yield numbers without unit, source and grade beside their value, or values by age."""
    if isinstance(node, dict):
        if "value" in node or {"ages", "values"} <= set(node):
            if not all(str(node.get(key, "")).strip() for key in ("unit", "source", "grade")):
                yield path
            return
        for key, child in node.items():
            yield from unsourced(child, f"{path}.{key}".lstrip("."))
    elif isinstance(node, list):
        for child in node:
            yield from unsourced(child, path)
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield path


@pytest.mark.parametrize("name", VALUES)
def test_every_value_has_unit_source_and_grade(name):
    assert [path for path in unsourced(load(name)) if not BARE.fullmatch(path)] == []


def test_a_bare_number_would_be_found():
    bad = {"a": {"b": 2.0}, "c": {"value": 1.0, "unit": "d", "source": "", "grade": "review"}}
    assert list(unsourced(bad)) == ["a.b", "c"]


def test_fitted_parameters_name_their_fit():
    fitted = load("biology/fitted.toml")
    graded = {
        name for name, row in load("biology/parameters.toml").items() if row["grade"] == "fitted"
    }
    assert set(fitted["values"]) == graded
    assert fitted["fit"]["command"].startswith("python -m follicle_sim.")


# -- text ------------------------------------------------------------------------------------------

KEPT = ("src", "tests", "scenarios", "notebooks", "benchmarks", ".ci")
SUFFIXES = {".py", ".toml", ".md", ".csv", ".c", ".h", ".txt", ".cfg", ".yml", ".yaml", ""}
ADDRESS = re.compile(r"https?://\S+")
# Written in two halves, so that this file is not caught by itself.
MACHINE = re.compile("|".join([r"(?<![\w.])/wo" + "rk/", r"/ro" + "ot/", r"(?<![\w.])/ho" + "me/"]))
HOST = re.compile(
    "|".join(["py" + r"pi\.", "python" + "hosted", "index-" + "url", "/sim" + "ple/"])
)


def texts():
    files = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in KEPT:
        files += [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    for path in files:
        if path.suffix in SUFFIXES and not {"__pycache__", ".git"} & set(path.parts):
            try:
                yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:  # a compiled program without a suffix
                continue


def test_no_text_names_a_package_host_or_a_folder_of_one_machine():
    found = []
    for path, text in texts():
        if HOST.search(text):
            found.append(f"{path}: package host")
        if MACHINE.search(ADDRESS.sub("", text)):
            found.append(f"{path}: machine path")
    assert found == []


def test_nothing_is_left_for_later():
    marks = re.compile(r"\b(TO" + "DO|FIX" + r"ME|XX" + "X)\\b")
    assert [str(path) for path, text in texts() if marks.search(text)] == []
