"""A virtual trial in the terminal: its page, and where the files are."""

from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from follicle_sim.cli.printing.text import make_console, print_indented
from follicle_sim.reporting.page.text import WIDTH, page
from follicle_sim.reporting.report import TrialReport


def print_trial(report: TrialReport, folder: Path, files: Sequence[str]) -> None:
    """Print the page of a trial, as wide as the terminal allows, and the files written."""
    console = make_console()
    title, _, rest = page(report, min(console.width, WIDTH)).partition("\n")
    console.print()
    console.print(Text(title, style="bold"), soft_wrap=True)
    # The page is as wide as it was made: nothing wraps it again.
    console.print(Text(rest), soft_wrap=True)
    console.print(f"\nWritten to {folder}:", soft_wrap=True)
    print_indented(console, "  ".join(files), 2)
