"""`follicle-sim bench papilla | prior`: what a dish says, and what that is worth for a scalp."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from follicle_sim.cli.options import make_path_option
from follicle_sim.cli.quantities import format_quantity, format_source, list_quantities, print_value
from follicle_sim.cli.text import make_console, print_heading, print_indented

if TYPE_CHECKING:
    from follicle_sim.experiments.culture_prior import PotencyPrior

Out = Annotated[Path | None, make_path_option("Also write a table and a figure here.")]
Treatment = Annotated[
    str, typer.Argument(metavar="TREATMENT", help="Of the library, see `treatments list`.")
]
Percent = Annotated[
    float | None,
    typer.Option(
        min=0.0, max=100.0, help="Follicles of your culture still in anagen at its end, in percent."
    ),
]
Follicles = Annotated[int | None, typer.Option(help="Follicles in each arm of your culture.")]

NO_HAIR = (
    "An exposure-response of cells in a dish. No clock of a follicle hangs on it: no hair follows."
)


def papilla(out: Out = None) -> None:
    """Show how dermal-papilla cells multiply with the concentration in their medium."""
    from follicle_sim.pharmacology.bench import load_bench, load_papilla
    from follicle_sim.reporting.folders.bench import write_papilla

    console = make_console()
    for name, response in load_papilla().items():
        print_heading(console, f"{name}: {response.title}")
        tried = ", ".join(f"{value:g}" for value in response.tried.values)
        source = format_source(response.tried.grade, response.tried.source)
        print_value(console, f"tried: {tried} {response.unit}", source)
        for path, quantity in list_quantities(response):
            print_value(
                console,
                format_quantity(path, quantity),
                format_source(quantity.grade, quantity.source),
            )
    console.print("\nClaimed without a concentration or a size that was read:", markup=False)
    for claim in load_bench().unread.values():
        print_value(console, claim.title, claim.source)
    console.print(f"\n{NO_HAIR}", markup=False)
    if out is not None:
        names = write_papilla(out)
        console.print(f"\nWritten to {out}: {', '.join(names)}", markup=False)


def prior(
    treatment: Treatment,
    control: Percent = None,
    treated: Percent = None,
    follicles: Follicles = None,
) -> None:
    """Show what a culture says of a potency on the scalp: a prior, off unless you use it."""
    from follicle_sim.experiments.culture_prior import culture_prior

    shares = [None if percent is None else percent / 100.0 for percent in (control, treated)]
    _print_prior(
        culture_prior(treatment, control=shares[0], treated=shares[1], follicles=follicles)
    )


def _print_prior(shown: PotencyPrior) -> None:
    from follicle_sim.experiments.culture_prior import OWN

    console, dish = make_console(), shown.dish
    print_heading(console, f"What a culture says of the potency of {shown.treatment}")
    lines = (
        f"in the dish: {100 * dish.control:g} % of follicles still in anagen without, "
        f"{100 * dish.treated:g} % with ({dish.follicles} in each arm; {dish.source})",
        f"hazard of catagen: log ratio {dish.log_ratio:.2f} (SE {dish.standard_error:.2f}; donors "
        "add to it)",
        f"potency that does as much on a scalp: {shown.median:.3g}, 90 % from {shown.low:.2g} to "
        f"{shown.high:.2g} (log SD {shown.log_sd:.2f}); without a culture it is "
        f"{shown.present:.3g}",
        f"of the log effect's SD, {shown.luck:.2f} is the luck of follicles and "
        f"{shown.transfer:.2f} the transfer from dish to scalp: an assumption "
        "(pharmacology/bench.toml)",
    )
    for line in lines:
        print_indented(console, line, 2)
    if dish.source != OWN:
        print_indented(
            console,
            "It is the culture of IGF-I: the assumption besides is that the treatment does to "
            "follicles what IGF-I did there. With one of yours: --control, --treated, --follicles.",
            2,
        )
    console.print(
        "\nOff unless you use it:\n"
        f'  with_overrides(scenario, ["biology.{shown.parameter}={shown.median:.4g}"])\n'
        f'  fit_scenario(scenario, priors={{"{shown.parameter}": {shown.log_sd:.3g}}})',
        markup=False,
        soft_wrap=True,
    )
