"""The command line: `follicle-sim run | check | show | explain | validate | trials | ...`.

Here the app is made of a list of commands. The command NAME is the function NAME of the file
NAME.py beside this one, with what it prints. A file is imported when its command is asked for, and
heavy libraries inside the functions that need them, so that `--version` and `--help` answer at
once.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, NoReturn

import typer

from follicle_sim.cli.exits import CODES, run_and_exit


@dataclass(frozen=True)
class Command:
    """A command: its name, its sentence in the list of commands, and where it is at home.

    Parameters
    ----------
    action
        Name of its function; empty: the same as of the command.
    file
        Name of its file; empty: the same as of the command.
    """

    name: str
    sentence: str
    action: str = ""
    file: str = ""

    def load(self) -> Callable[..., None]:
        """Return its function, whose annotations are its arguments and options."""
        home = import_module(f"follicle_sim.cli.{self.file or self.name}")
        function: Callable[..., None] = getattr(home, self.action or self.name)
        return function


@dataclass(frozen=True)
class Group:
    """Commands of two words, such as `trials list`: the first word, its sentence, the rest."""

    name: str
    sentence: str
    commands: tuple[Command, ...]


COMMANDS = (
    Command("run", "Simulate a scenario; write data, tables and figures."),
    Command("check", "Report every problem of a scenario file."),
    Command("show", "Read a scenario back: arms, timeline, parameters, cost."),
    Command("explain", "Show why the curve bends: dose, level, factors, clocks."),
    Command("rerun", "Repeat a run from its result file, and compare."),
    Command("validate", "Hold the model against every published trial."),
    Command("calibrate", "Fit biology to trials; say what the data leave open."),
    Command("sensitivity", "Rank uncertain parameters by what they change."),
    Command("optimise", "Search for the best schedule under a budget."),
    Command("trial", "Run one virtual trial and report it on one page."),
    Command("analyse", "Do the statistics of a stored trial again."),
    Command("power", "How often trials of n people would find the effect."),
    Command("vpc", "Hold a study against virtual trials of its size."),
    Command("npde", "Hold single people against what a model predicts."),
    Command("exposure", "Who got more of a treatment, and did more grow?"),
    Command("plausible", "What a published rise says, with a drug and without."),
    Command("doctor", "Say what a run stands on: versions, processors, folders."),
)

GROUPS = (
    Group(
        "trials",
        "Published trials the simulator is held against.",
        (
            Command("list", "List the observed studies.", "list_studies", "trials"),
            Command("show", "Show every number of a study.", "show_study", "trials"),
            Command(
                "template", "Write the empty table for a trial of your own.", "template", "own_data"
            ),
        ),
    ),
    Group(
        "treatments",
        "Treatments that a scenario can give.",
        (
            Command("list", "List the treatments of the library.", "list_treatments", "treatments"),
            Command("show", "Show every number of a treatment.", "show_treatment", "treatments"),
        ),
    ),
    Group(
        "doses",
        "Dosing as event tables of NONMEM and nlmixr2.",
        (
            Command("export", "Write the dosing of a scenario.", "export_doses", "doses"),
            Command("import", "Print a table's arms for a scenario.", "import_doses", "doses"),
        ),
    ),
    Group(
        "conditions",
        "Kinds of hair loss that people can have.",
        (
            Command("list", "List the conditions of the library.", "list_conditions", "conditions"),
            Command("show", "Show every number of a condition.", "show_condition", "conditions"),
        ),
    ),
    Group(
        "health",
        "States of health that a trial can leave out.",
        (
            Command("list", "List the states of health of the library.", "list_health", "health"),
            Command("show", "Show how many people have a state.", "show_health", "health"),
        ),
    ),
    Group(
        "bench",
        "What dishes say, and what it is worth on a scalp.",
        (
            Command("papilla", "How dermal-papilla cells multiply.", "papilla", "bench"),
            Command("prior", "What a culture says of a potency.", "prior", "bench"),
        ),
    ),
    Group(
        "instruments",
        "Ways of measuring hair, and what each sees.",
        (
            Command(
                "list",
                "List the ways of measuring hair that `[instrument] method` can name.",
                "list_methods",
                "instruments",
            ),
            Command("show", "Show every number of a method.", "show_method", "instruments"),
            Command("compare", "Read one trial in several ways.", "compare_methods", "instruments"),
        ),
    ),
)


def _show_version(is_set: bool) -> None:
    if is_set:
        from importlib.metadata import version

        typer.echo(f"follicle-sim {version('follicle-sim')}")
        raise typer.Exit


def _take_options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error. Works anywhere.")
    ] = False,
) -> None:
    """Take the options that belong to no command; `run_and_exit` reads --debug itself."""


def make_app(first_word: str | None = None) -> typer.Typer:
    """Return the command line with every command in it.

    Parameters
    ----------
    first_word
        First word of what was typed. The files of other commands are not read; these are there by
        name and sentence only. None: every file is read.
    """
    app = typer.Typer(
        name="follicle-sim",
        help="An in-silico laboratory for hair-follicle cycles. Research use, not medical advice.",
        epilog=CODES,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_take_options)
    for command in COMMANDS:
        _add_command(app, command, first_word in (None, command.name))
    for group in GROUPS:
        part = typer.Typer(help=group.sentence, epilog=CODES)
        for command in group.commands:
            _add_command(part, command, first_word in (None, group.name))
        app.add_typer(part, name=group.name, no_args_is_help=True)
    return app


def _add_command(app: typer.Typer, command: Command, loaded: bool) -> None:
    add = app.command(command.name, epilog=CODES, short_help=command.sentence)
    add(command.load() if loaded else _do_nothing)


def _do_nothing() -> None:
    """Stand for a command that was not asked for."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with the code that says how it went."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    first_word = next((word for word in words if not word.startswith("-")), "")
    run_and_exit(make_app(first_word), words)


if __name__ == "__main__":
    main()
