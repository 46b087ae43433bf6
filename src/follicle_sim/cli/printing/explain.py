"""The chain from dose to density in the terminal: a table by week, a sentence for every link."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rich.console import Console
from rich.text import Text

from follicle_sim.base.types import Floats
from follicle_sim.biology.factors import CHANNELS, FACTOR_FILE, load_factors
from follicle_sim.cli.printing.text import (
    Column,
    make_console,
    number,
    plain_words,
    print_groups,
    print_indented,
)
from follicle_sim.experiments.explain import explain
from follicle_sim.protocol.describe import dose_text
from follicle_sim.scenario.model import Scenario
from follicle_sim.simulation.simulate import warm_up

MOST_WEEKS = 8
"""Weeks shown in the table; every day is in explain.nc."""

_FAR = (0.67, 1.5)  # ratios beyond these read better as "times" than as per cent

SAME = 0.005
"""Changes smaller than half a per cent are called none."""

PHASES = ("anagen", "telogen", "kenogen")

CHANNEL_WORDS = {
    "anagen": "speed at which anagen ends",
    "telogen": "speed at which telogen ends",
    "kenogen": "speed at which kenogen ends",
    "calibre": "calibre in the long run",
}

_NO_CHANNEL = {
    "DHT": ": it acts through miniaturisation and the brake on the cycle",
    "DHT_SERUM": ": it is only observed",
}


def explain_with_status(scenario: Scenario, arm: str | None, *, quiet: bool) -> xr.Dataset:
    """Explain an arm, with a word on standard error about what takes the time unless `quiet`."""
    if quiet:
        return explain(scenario, arm)
    console = make_console(errors=True)
    with console.status("getting the engine ready (compiled once on each machine, 20 s or so)"):
        warm_up()
    with console.status("following one typical subject"):
        return explain(scenario, arm)


def print_explanation(
    scenario: Scenario, data: xr.Dataset, folder: Path, files: Sequence[str]
) -> None:
    """Print the links of an arm: their course, a sentence for each, the factor table used."""
    console = make_console()
    console.print(Text(f"\n{scenario.title}", style="bold"))
    label = str(data.attrs["arm"])
    console.print(f"{label}: one typical subject, link by link", soft_wrap=True)
    others = [arm.label for arm in scenario.arms if arm.label != label]
    if others:
        print_indented(console, f"other arms (--arm): {', '.join(others)}", 2, style="dim")
    console.print()
    _print_course(console, scenario, data)
    console.print(Text("\nIn words\n", style="bold"))
    for link, sentences in _sentences(scenario, data):
        console.print(Text(link, style="bold"))
        for sentence in sentences:
            print_indented(console, sentence, 2)
    _print_factors(console, data)
    console.print(f"\nWritten to {folder}:", soft_wrap=True)
    print_indented(console, "  ".join(files), 2)


def _print_course(console: Console, scenario: Scenario, data: xr.Dataset) -> None:
    at = _shown(scenario, data)
    weeks = np.round(data["time"].values[at] / 7.0, 6) + 0.0  # no -0
    columns = [Column("week")] + [Column(f"{week:.4g}", number=True) for week in weeks]
    groups: dict[str, list[list[str]]] = {}
    for group, name, values, digits in _rows(data):
        nothing = 1e-3 * float(np.abs(values).max())
        cells = [_short(value, digits, nothing) for value in values[at]]
        groups.setdefault(group, []).append([name, *cells])
    print_groups(console, columns, groups)


def _shown(scenario: Scenario, data: xr.Dataset) -> NDArray[np.intp]:
    """Return positions on the time axis of the scenario's visits, thinned to fit a table."""
    days = data["time"].values
    visits = np.array(scenario.design.visits)
    if visits.size < 4:
        visits = np.unique(np.round(np.linspace(0.0, days[-1], 5) / 7.0) * 7.0)
    step = max(1, -(-visits.size // (MOST_WEEKS - 1)))
    kept = np.unique([*visits[::step], visits[-1]])
    return np.unique(np.clip(np.searchsorted(days, kept), 0, days.size - 1))


def _rows(data: xr.Dataset) -> Iterator[tuple[str, str, Floats, int]]:
    """Yield group, name, course and decimals (-1: three figures) of every row of the table."""
    first = data.isel(arm=0)
    for name in _treatments(data):
        one = data.sel(treatment=name)
        unit = str(one["level_unit"].item())
        yield "Level at the site of effect", f"{name} ({unit})", one["dose_level"].values, -1
    for name in _treatments(data):
        yield "Effect", name, data["effect"].sel(treatment=name).values, 2
    for name in _moved(data):
        levels = first["factor_level"].sel(factor=name).values
        yield "Factors (1 = untreated)", name, levels, 2
    without = data.isel(arm=-1)
    for phase in PHASES:
        speeds = [each["clock_speed"].sel(stratum="typical", phase=phase) for each in (first, data)]
        start = float(without["clock_speed"].sel(stratum="typical", phase=phase)[0])
        group = "Clocks of a typical follicle (1 = untreated at baseline)"
        yield group, f"{phase} ends", speeds[0].values / start, 2
    for stratum in data["stratum"].values:
        size = 100 * np.exp(first["log_calibre"].sel(stratum=stratum).values)
        yield "Calibre (% of full size)", f"{stratum} follicle", size, 0
    for phase in ("anagen", "telogen", "kenogen"):
        share = 100 * first["phase_share"].sel(state=phase).values
        yield "Follicles in each phase (%)", phase, share, 0
    for label in data["arm"].values:
        density = data["hair_density"].sel(arm=label).values
        yield "Hair density expected (hairs/cm2)", str(label), density, 1


def _short(value: float, digits: int, nothing: float) -> str:
    if digits >= 0:
        return number(float(value), digits)
    return "0" if abs(value) < nothing else f"{value:.3g}"


def _treatments(data: xr.Dataset) -> list[str]:
    return [str(name) for name in data["treatment"].values] if "treatment" in data.dims else []


def _moved(data: xr.Dataset) -> list[str]:
    levels = data["factor_level"].isel(arm=0)
    return [str(f) for f in data["factor"].values if (levels.sel(factor=f) != 1.0).any()]


def _sentences(scenario: Scenario, data: xr.Dataset) -> Iterator[tuple[str, list[str]]]:
    """Yield the name of every link and what happens in it, in words."""
    weeks = data["time"].values / 7.0
    arm = next(arm for arm in scenario.arms if arm.label == data.attrs["arm"])
    treatments = _treatments(data)
    given = [dose_text(dose) for dose in arm.doses]
    if any(dose.amount_dimension == "grafts" for dose in arm.doses):
        given.append("grafts are follicles of their own: counted, but no part of the chain below")
    yield "dose", given or ["nothing is given"]
    if treatments:
        yield "level", [_level_words(data, name, weeks) for name in treatments]
        yield "effect", [_effect_words(data, name, weeks) for name in treatments]
        yield "factors", [_factor_words(data, name, weeks) for name in _moved(data)]
    speeds = data["clock_speed"].sel(stratum="typical")
    against = "without treatment" if treatments else "at baseline"
    ratios = {phase: _ratio(speeds.sel(phase=phase).values) for phase in PHASES}
    yield "clocks", [_clock_words(phase, r, weeks, against) for phase, r in ratios.items()]
    calibre = _ratio(np.exp(data["log_calibre"].sel(stratum="typical").values))
    yield "calibre", [_calibre_words(calibre, weeks, against)]
    yield "phases", [_phase_words(data, weeks, against)]
    yield "density", _density_words(data, weeks)


def _ratio(courses: Floats) -> Floats:
    """Return the arm (row 0) relative to no treatment (row 1), or to its own start."""
    ratio: Floats = courses[0] / (courses[1] if len(courses) > 1 else courses[0, 0])
    return ratio


def _week(value: float) -> str:
    return f"week {round(float(value)):d}"


def _level_words(data: xr.Dataset, name: str, weeks: Floats) -> str:
    one = data.sel(treatment=name)
    level, unit = one["dose_level"].values, str(one["level_unit"].item())
    top = int(level.argmax())
    words = f"{name}: {level[top]:.3g} {unit} at most, by {_week(weeks[top])}"
    last = int(np.flatnonzero(one["dose_amount"].values > 0)[-1])
    half = np.flatnonzero(level[last:] < 0.5 * level[last])
    if half.size and last + half[0] < level.size - 1:
        days = round(7.0 * float(weeks[last + half[0]] - weeks[last]))
        words += f"; half of it is gone {days} days after the last dose ({_week(weeks[last])})"
    return words + "."


def _effect_words(data: xr.Dataset, name: str, weeks: Floats) -> str:
    effect = data["effect"].sel(treatment=name).values
    top = int(effect.argmax())
    soon = float(weeks[np.flatnonzero(effect >= 0.9 * effect[top])[0]])
    when = f"by {_week(soon)}" if soon >= 1.0 else "within a week"
    words = f"{name}: {effect[top]:.2f} at most, nine tenths of it {when}"
    gone = np.flatnonzero(effect[top:] < 0.1 * effect[top])
    if gone.size:
        words += f"; less than a tenth is left from {_week(weeks[top + gone[0]])}"
    return words + "."


def _factor_words(data: xr.Dataset, name: str, weeks: Floats) -> str:
    level = data["factor_level"].isel(arm=0).sel(factor=name).values
    top = int(np.abs(np.log(level)).argmax())
    verb = "rises" if level[top] > 1.0 else "falls"
    words = f"{name} {verb} to {level[top]:.2f} times its untreated level by {_week(weeks[top])}"
    if abs(level[-1] - 1.0) < 0.1 * abs(level[top] - 1.0):
        words += f" and is back at {level[-1]:.2f} by {_week(weeks[-1])}"
    channels = [c for c in CHANNELS if float(data["elasticity"].sel(factor=name, channel=c)) != 0.0]
    moves = [
        f"{float(level[top]) ** float(data['elasticity'].sel(factor=name, channel=c)):.2f} times "
        f"the {CHANNEL_WORDS[c]}"
        for c in channels
    ]
    if moves:
        words += f": {', '.join(moves)}"
    else:
        words += _NO_CHANNEL.get(name, "")
    return words + "."


def _faster(ratio: float) -> str:
    """Return how fast a phase ends compared with another.

    Examples
    --------
    >>> _faster(2.91), _faster(0.43), _faster(1.1), _faster(0.9)
    ('2.9 times as fast', '0.43 times as fast', '10 % faster', '10 % slower')
    """
    if ratio <= _FAR[0]:
        return f"{ratio:.2f} times as fast"
    if ratio >= _FAR[1]:
        return f"{ratio:.1f} times as fast"
    return f"{100 * abs(ratio - 1):.0f} % {'faster' if ratio > 1 else 'slower'}"


def _clock_words(phase: str, ratio: Floats, weeks: Floats, against: str) -> str:
    top = int(np.abs(np.log(ratio)).argmax())
    if abs(ratio[top] - 1.0) < SAME:
        return f"{phase} ends as fast as {against}."
    link = "than" if _FAR[0] < ratio[top] < _FAR[1] else "as"
    words = f"{phase} ends {_faster(ratio[top])} at {_week(weeks[top])} {link} {against}"
    if abs(np.log(ratio[-1])) < 0.8 * abs(np.log(ratio[top])):
        end = "as fast" if abs(ratio[-1] - 1.0) < SAME else _faster(ratio[-1])
        words += f", {end} at {_week(weeks[-1])}"
    return words + "."


def _calibre_words(ratio: Floats, weeks: Floats, against: str) -> str:
    top = int(np.abs(np.log(ratio)).argmax())
    if abs(ratio[top] - 1.0) < SAME:
        return f"a typical follicle's hair is as thick as {against}."
    change = 100 * (ratio[top] - 1.0)
    side = "thicker" if change > 0 else "thinner"
    words = f"a typical follicle's hair is {abs(change):.0f} % {side} at {_week(weeks[top])}"
    words += f" than {against}"
    if abs(np.log(ratio[-1])) < 0.8 * abs(np.log(ratio[top])):
        words += f", {100 * (ratio[-1] - 1.0):+.0f} % at {_week(weeks[-1])}"
    return words + "."


def _phase_words(data: xr.Dataset, weeks: Floats, against: str) -> str:
    empty = data["phase_share"].sel(state="kenogen").values
    other = empty[1] if len(empty) > 1 else np.full_like(empty[0], empty[0, 0])
    top = int(np.abs(empty[0] - other).argmax())
    return (
        f"{100 * empty[0, top]:.0f} % of follicles are empty (kenogen) at {_week(weeks[top])}, "
        f"{100 * other[top]:.0f} % {against}."
    )


def _density_words(data: xr.Dataset, weeks: Floats) -> list[str]:
    density = data["hair_density"].values
    other = density[1] if len(density) > 1 else np.full_like(density[0], density[0, 0])
    gain = density[0] - other
    top = int(np.abs(gain).argmax())
    first = f"{gain[-1]:+.1f} hairs/cm2 from baseline to {_week(weeks[-1])}."
    if len(density) > 1:
        first = f"{gain[top]:+.1f} hairs/cm2 over no treatment at {_week(weeks[top])}"
        first += ", where they differ most"
        if top < weeks.size - 1:
            first += f"; {gain[-1]:+.1f} at {_week(weeks[-1])}"
        first += "."
    words = [first]
    month = int(np.searchsorted(weeks, 4.0))
    if len(density) > 1 and weeks.size > 2 * month:
        climb = gain[month:] - gain[:-month]
        steepest = int(np.abs(climb).argmax())
        words.append(
            f"It changes fastest from {_week(weeks[steepest])} to "
            f"{_week(weeks[steepest + month])} ({climb[steepest]:+.1f} in four weeks): a clock "
            "that runs at another speed moves the count only as follicles reach the end of that "
            "phase, and the curve flattens when as many enter each phase as leave it."
        )
    return words


def _print_factors(console: Console, data: xr.Dataset) -> None:
    """Print the entries of the factor table that this arm uses; the file is there to be edited."""
    names, table = _moved(data), load_factors()
    if not names:
        return
    console.print(Text("\nFactors used, and what each touches", style="bold"))
    print_indented(console, f"from {FACTOR_FILE}", 2, style="dim")
    for name in names:
        factor = table.factors[name]
        print_indented(console, f"{name} ({factor.kind}): {factor.direction}", 2)
        for line in _elasticities(factor.model_dump(exclude_none=True)):
            print_indented(console, line, 6, style="dim")
    for name in _treatments(data):
        drive = data["drive"].sel(treatment=name)
        moved = [
            f"{factor} {float(drive.sel(factor=factor)):+.3g}"
            for factor in names
            if float(drive.sel(factor=factor)) != 0.0
        ]
        print_indented(console, f"{plain_words(name)} at effect 1: {', '.join(moved)}", 2)


def _elasticities(entry: Mapping[str, object]) -> Iterator[str]:
    for channel in (*CHANNELS, "turnover"):
        quantity = entry.get(channel)
        if isinstance(quantity, dict):
            unit = "" if quantity["unit"] == "1" else f" {quantity['unit']}"
            word = "elasticity " if channel in CHANNELS else ""
            yield f"{channel}: {word}{quantity['value']:g}{unit} ({quantity['grade']})"
