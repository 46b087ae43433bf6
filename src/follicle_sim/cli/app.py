"""The command line: `follicle-sim run | check | show | explain | validate | trials | ...`.

Here the app is made of a list of commands. Each has a file of its own, with what it prints; heavy
libraries are imported inside the functions that need them, so that `--version` and `--help` answer
at once.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, NoReturn

import typer

from follicle_sim.cli.analyse import analyse
from follicle_sim.cli.calibrate import calibrate
from follicle_sim.cli.check import check
from follicle_sim.cli.doctor import doctor
from follicle_sim.cli.exits import CODES, run_and_exit
from follicle_sim.cli.explain import explain
from follicle_sim.cli.instruments import compare_methods, list_methods, show_method
from follicle_sim.cli.optimise import optimise
from follicle_sim.cli.own_data import template
from follicle_sim.cli.plausible import plausible
from follicle_sim.cli.power import power
from follicle_sim.cli.rerun import rerun
from follicle_sim.cli.run import run
from follicle_sim.cli.sensitivity import sensitivity
from follicle_sim.cli.show import show
from follicle_sim.cli.treatments import list_treatments, show_treatment
from follicle_sim.cli.trial import trial
from follicle_sim.cli.trials import list_studies, show_study
from follicle_sim.cli.validate import validate
from follicle_sim.cli.vpc import vpc


@dataclass(frozen=True)
class Command:
    """A command: what it does, its sentence in the list of commands, and its name.

    Parameters
    ----------
    action
        Called with what was typed; its annotations are the arguments and options.
    sentence
        Empty: the first sentence of the action's docstring.
    name
        Empty: the action's own name.
    """

    action: Callable[..., None]
    sentence: str = ""
    name: str = ""


@dataclass(frozen=True)
class Group:
    """Commands of two words, such as `trials list`: the first word, its sentence, the rest."""

    name: str
    sentence: str
    commands: tuple[Command, ...]


COMMANDS = (
    Command(run, "Simulate a scenario; write data, tables and figures."),
    Command(check, "Report every problem of a scenario file."),
    Command(show, "Read a scenario back: arms, timeline, parameters, cost."),
    Command(explain, "Show why the curve bends: dose, level, factors, clocks."),
    Command(rerun, "Repeat a run from its result file, and compare."),
    Command(validate, "Hold the model against every published trial."),
    Command(calibrate, "Fit biology to trials; say what the data leave open."),
    Command(sensitivity, "Rank uncertain parameters by what they change."),
    Command(optimise, "Search for the best schedule under a budget."),
    Command(trial, "Run one virtual trial and report it on one page."),
    Command(analyse, "Do the statistics of a stored trial again."),
    Command(power, "How often trials of n people would find the effect."),
    Command(vpc, "Hold a study against virtual trials of its size."),
    Command(plausible, "What a published rise says, with a drug and without."),
    Command(doctor, "Say what a run stands on: versions, processors, folders."),
)

GROUPS = (
    Group(
        "trials",
        "Published trials the simulator is held against.",
        (
            Command(list_studies, name="list"),
            Command(show_study, "Show every number of a study.", name="show"),
            Command(template, "Write the empty table for a trial of your own."),
        ),
    ),
    Group(
        "treatments",
        "Treatments that a scenario can give.",
        (
            Command(list_treatments, name="list"),
            Command(show_treatment, "Show every number of a treatment.", name="show"),
        ),
    ),
    Group(
        "instruments",
        "Ways of measuring hair, and what each sees.",
        (
            Command(list_methods, name="list"),
            Command(show_method, "Show every number of a method.", name="show"),
            Command(compare_methods, "Read one trial in several ways.", name="compare"),
        ),
    ),
)


def _show_version(asked: bool) -> None:
    if asked:
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


def make_app() -> typer.Typer:
    """Return the command line with every command in it."""
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
    _add_commands(app, COMMANDS)
    for group in GROUPS:
        part = typer.Typer(help=group.sentence, epilog=CODES)
        _add_commands(part, group.commands)
        app.add_typer(part, name=group.name, no_args_is_help=True)
    return app


def _add_commands(app: typer.Typer, commands: Sequence[Command]) -> None:
    for each in commands:
        add = app.command(each.name or None, epilog=CODES, short_help=each.sentence or None)
        add(each.action)


app = make_app()


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with the code that says how it went."""
    run_and_exit(app, sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    main()
