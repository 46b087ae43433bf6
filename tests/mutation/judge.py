"""Judges mutants of one file by the tests nearest to it, each in a process of its own.

A process passes the tests once, collects them again and is then forked for each mutant, so that a
mutant costs the run of its tests and neither a start of Python nor an import. Forking needs POSIX.
Before any mutant, the file as it stands is judged in the same ways: tests that fail then would fail
for every mutant.
"""

import ast
import contextlib
import importlib
import importlib.machinery
import importlib.util
import io
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from types import FunctionType, ModuleType
from typing import Any

import pytest
import uncompiled
from hypothesis import Phase, settings
from mutants import ROOT, Mutant, source_of

PATIENCE = 4.0
"""Times as long as the tests took unchanged, and some seconds more: then a mutant hangs."""

OPTIONS = (
    "-x",
    "-q",
    "-n",
    "0",
    "--no-header",
    "--tb=no",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:faulthandler",
)
"""Of pytest. Without its handler of faults: a mutant may well read memory that is not its own."""

Told = Callable[[Mutant, str], None]
"""Called with each mutant and "killed", "survived" or "hung"."""

WAYS = {
    False: "its functions are given the code they already have",
    True: "it and all that imports from it are imported anew",
}
"""How a change is made, imported anew or not, as it is told of a file that was not changed."""


class _Unchanged(Mutant):
    """The change that is none."""

    def code(self, source: str) -> str:
        """Return the text as it is."""
        return source


class Judge:
    """The tests of one file, passed once, ready to judge mutants of it."""

    def __init__(self, file: str, tests: Sequence[str], *, compiled: bool) -> None:
        self.file, self.tests = file, tests
        parts = file.removeprefix("src/").removesuffix(".py").split("/")
        self.module = ".".join(part for part in parts if part != "__init__")
        # the same examples in every run, none of them shrunk or kept
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("mutants", database=None, derandomize=True, phases=phases)
        settings.load_profile("mutants")
        if not compiled:
            uncompiled.install()
        began = time.monotonic()
        code = _pytest(tests)
        self.seconds = time.monotonic() - began
        if code != 0:
            raise SystemExit(f"{file}: its tests fail without any change (pytest: {code})")
        importlib.import_module(self.module)

    def judge(self, mutants: Sequence[Mutant], jobs: int, until: float, told: Told) -> None:
        """Judge mutants, `jobs` at a time, until a time of the monotonic clock.

        Stops before the first where the file without a change does not pass in the same ways.
        """
        judging = _InsteadOfTests(self, mutants, jobs, until, told)
        code = _pytest(self.tests, judging)
        if judging.false:
            raise SystemExit(f"{self.file}: no mutant was judged. {judging.false}")
        if code != 0:
            raise SystemExit(f"{self.file}: its tests could not be collected (pytest: {code})")

    def start(
        self, mutant: Mutant, anew: bool, session: pytest.Session, note: int | None = None
    ) -> int:
        """Fork a process that makes the change, runs the tests and says how they ended.

        anew : import the changed module, and all that took names from it, once more.
        note : a file open for writing, which is told the first test that fails.
        """
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            silent = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silent, 1)
            os.dup2(silent, 2)
            changed = mutant.code(source_of(mutant.file))
            first = _FirstFailure(note)
            if not anew and _swap_all(sys.modules[self.module], changed):
                session.config.pluginmanager.register(first)
                code = _run(session)
            else:
                _forget(self.module)
                sys.meta_path.insert(0, _Changed(self.module, self.file, changed))
                code = _pytest(self.tests, first)
        finally:
            os._exit(code)


class _FirstFailure:
    """A plugin of pytest that writes down which test failed first."""

    def __init__(self, note: int | None) -> None:
        self.note = note

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that failed."""
        self._failed(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file that could not be imported."""
        self._failed(report)

    def _failed(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.failed and self.note is not None:
            os.write(self.note, f"{report.nodeid}\n".encode())


class _InsteadOfTests:
    """A plugin of pytest that runs collected tests once for each mutant, in processes forked."""

    def __init__(
        self, judge: Judge, mutants: Sequence[Mutant], jobs: int, until: float, told: Told
    ) -> None:
        self.judge, self.jobs, self.until, self.told = judge, jobs, until, told
        self.waiting = [(mutant, not mutant.inside) for mutant in mutants]
        self.running: dict[int, tuple[Mutant, bool, float]] = {}
        self.false = ""  # why a verdict could not be believed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Take the place of the usual loop over tests."""
        if session.testsfailed:
            return False
        # whoever survives a change within functions is judged anew as well
        for anew in sorted({anew for _, anew in self.waiting} | {True}):
            self.false = self.false or self._look_without_change(session, anew)
        if self.false:
            return True
        while self.waiting or self.running:
            while self.waiting and len(self.running) < self.jobs and time.monotonic() < self.until:
                mutant, anew = self.waiting.pop(0)
                pid = self.judge.start(mutant, anew, session)
                self.running[pid] = mutant, anew, time.monotonic()
            if not self.running:
                break
            self._look()
        return True

    def _look_without_change(self, session: pytest.Session, anew: bool) -> str:
        """Return what is wrong where tests fail although nothing was changed, or nothing."""
        unchanged = _Unchanged("", self.judge.file, "", "", 0, 0, 0, "", inside=not anew)
        with tempfile.TemporaryFile() as note:
            pid = self.judge.start(unchanged, anew, session, note.fileno())
            _, status = os.waitpid(pid, 0)
            note.seek(0)
            failed = note.read().decode().split("\n")[0]
        if os.waitstatus_to_exitcode(status) == 0:
            return ""
        return (
            f"Its tests pass once, but fail without any change when {WAYS[anew]}: first "
            f"{failed or '(no test: the process ended)'}. So would every mutant be called killed. "
            "A test must be able to run twice, and must not keep what it was given before"
        )

    def _look(self) -> None:
        """Tell of processes that have ended, and end those that take too long."""
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid in self.running:
            mutant, anew, _ = self.running.pop(pid)
            if os.waitstatus_to_exitcode(status) != 0:
                self.told(mutant, "killed")
            elif anew:
                self.told(mutant, "survived")
            else:
                # a test may hold what its module computed before the change was made
                self.waiting.insert(0, (mutant, True))
            return
        for pid, (mutant, _, began) in list(self.running.items()):
            if time.monotonic() - began > 20.0 + PATIENCE * self.judge.seconds:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                del self.running[pid]
                self.told(mutant, "hung")
        time.sleep(0.01)


def _pytest(tests: Sequence[str], *plugins: object) -> int:
    words = [*OPTIONS, *(str(ROOT / test) for test in tests)]
    if plugins:
        return int(pytest.main([*words, "-s", "-qq", "--no-summary"], plugins=list(plugins)))
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return int(pytest.main(words))


def _run(session: pytest.Session) -> int:
    """Run a session's tests up to the first that fails; 1 where one did."""
    items = session.items
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return 1
    return 0


# -- a change inside functions: the code of each is swapped where it stands ------------------------


def _swap_all(module: ModuleType, changed: str) -> bool:
    """Give the functions of a module the code they have in a changed text; tell whether it fits."""
    new = ModuleType(module.__name__)
    new.__file__ = module.__file__
    try:
        exec(compile(changed, str(module.__file__), "exec"), vars(new))
        _swap_members(vars(module), vars(new), module.__name__)
    except Exception:
        return False
    for each in list(sys.modules.values()):
        if _ours(each):
            for value in list(vars(each).values()):
                # what was kept of calls before the change
                if callable(getattr(value, "cache_clear", None)):
                    value.cache_clear()
    return True


def _swap_members(old: Any, new: Any, module: str) -> None:
    for name, value in new.items():
        before = old.get(name)
        if isinstance(value, type) and value.__module__ == module:
            _swap_members(vars(before), vars(value), module)
            continue
        for part in ("fget", "__func__", "func"):
            value, before = getattr(value, part, value), getattr(before, part, before)
        while hasattr(value, "__wrapped__"):
            value, before = value.__wrapped__, before.__wrapped__
        if isinstance(value, FunctionType) and value.__module__ == module:
            before.__code__ = value.__code__
            before.__defaults__ = value.__defaults__
            before.__kwdefaults__ = value.__kwdefaults__


# -- a change of a module's own lines: it and all that took names from it are imported anew --------


class _Changed(importlib.machinery.SourceFileLoader):
    """Finds one module, and loads the changed text instead of its file."""

    def __init__(self, module: str, file: str, changed: str) -> None:
        super().__init__(module, str(ROOT / file))
        self.changed = changed

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def get_code(self, fullname: str) -> Any:
        return compile(self.changed, self.path, "exec")


def _forget(module: str) -> None:
    """Drop a module, all that import from it however far away, and the tests."""
    imports = {name: _imports_of(each) for name, each in list(sys.modules.items()) if _ours(each)}
    reached = {module}
    while more := {name for name, of in imports.items() if of & reached} - reached:
        reached |= more
    tests = {name for name, each in sys.modules.items() if _ours(each) and _is_test(each)}
    for name in reached | tests:
        dropped = sys.modules.pop(name, None)
        # "from package import module" asks the package first, which may stay
        package, _, last = name.rpartition(".")
        if dropped is not None and getattr(sys.modules.get(package), last, None) is dropped:
            delattr(sys.modules[package], last)


def _place(module: ModuleType) -> str:
    return getattr(module, "__file__", None) or ""


def _is_test(module: ModuleType) -> bool:
    return _place(module).startswith(str(ROOT / "tests"))


def _ours(module: ModuleType) -> bool:
    if _place(module).startswith(str(ROOT / "tests" / "mutation")):
        return False
    return _is_test(module) or module.__name__.partition(".")[0] == "follicle_sim"


def _imports_of(module: ModuleType) -> set[str]:
    """Return the modules that a module's text imports from, wherever it does."""
    if not _place(module).endswith(".py"):
        return set()
    with open(_place(module), encoding="utf-8") as file:
        tree = ast.parse(file.read())
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found
