"""Ways of measuring hair in the terminal: what each sees, and every number with its source."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.cli.printing.text import make_console, print_indented
from follicle_sim.scenario.fields.methods import load_methods, seen_by

if TYPE_CHECKING:
    from follicle_sim.experiments.instruments import Seen


def print_methods() -> None:
    """Print every method: name, title, what it measures."""
    console = make_console()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("method", no_wrap=True)
    table.add_column("measures")
    for name, method in load_methods().items():
        about = Text(method.title)
        about.append(f"\n{', '.join(method.measures)}", style="dim")
        table.add_row(Text(name), about)
    console.print(table)
    console.print("\n`follicle-sim instruments show ID` prints every number, its source and grade.")


def print_method(name: str) -> None:
    """Print what is held of one method.

    Raises
    ------
    InputError
        If there is no such method.
    """
    known = load_methods()
    if name not in known:
        message = f'no method "{name}"{did_you_mean(name, known)}'
        raise InputError("instruments", [Problem("", message)])
    method, console = known[name], make_console()
    console.print(Text(f"{name}: {method.title}", style="bold"))
    console.print(method.about)
    console.print(Text(f"Sees: {', '.join(sorted(seen_by(method.measures)))}"))
    if method.values:
        console.print(Text("\n[instrument]", style="bold"))
    for key, value in method.values.items():
        console.print(Text(f"  {key} = {_as_in_a_file(value)}"))
        print_indented(console, method.sources[key], 6, style="dim")


def print_seen(seen: Sequence["Seen"], variable: str = "hair_density") -> None:
    """Print, instrument by instrument, how a single change scatters and why."""
    console = make_console()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("method", no_wrap=True)
    for head in ("SD of a change", "by the instrument", "people needed"):
        table.add_column(head, justify="right")
    spreads = [each.errors(variable) for each in seen]
    least = min(spread for spread, _ in spreads)
    for each, (spread, error) in zip(seen, spreads, strict=True):
        times = f"x {(spread / least) ** 2:.1f}"
        table.add_row(each.method, f"{spread:.1f}", f"{error:.1f}", times)
    console.print(table)
    console.print(
        "\nHairs per cm2, from baseline to the last visit, pooled over arms. People needed"
    )
    console.print("for the same power, relative to the best of these instruments.")


def _as_in_a_file(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else f"{value}"
