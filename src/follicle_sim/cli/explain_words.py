"""The sentences of `follicle-sim explain`: what happens in every link between dose and density.

Imported when it is printed, not at every start: it needs the libraries that a run needs.
"""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from follicle_sim.base.types import Floats
from follicle_sim.biology.factors import CHANNELS
from follicle_sim.cli.explain_table import (
    PHASES,
    has_reading_losses,
    list_moved_factors,
    list_treatments,
)
from follicle_sim.protocol.describe import dose_text
from follicle_sim.scenario.model import Scenario

_FAR = (0.67, 1.5)  # ratios beyond these read better as "times" than as per cent

SAME = 0.005
"""Changes smaller than half a per cent are called none."""

CHANNEL_WORDS = {
    "anagen": "speed at which anagen ends",
    "telogen": "speed at which telogen ends",
    "kenogen": "speed at which kenogen ends",
    "calibre": "calibre in the long run",
}

_NO_CHANNEL = {
    "DHT": ": it acts through miniaturisation and the brake on the cycle",
    "DHT_SERUM": ": it is only observed",
    "IFNG": ": it acts through the attack on growing hairs, where a condition has one",
    "PERFUSION": ": it acts through the attack on growing hairs, where a condition has one",
}


def describe_links(scenario: Scenario, data: xr.Dataset) -> Iterator[tuple[str, list[str]]]:
    """Yield the name of every link and what happens in it, in words."""
    weeks = data["time"].values / 7.0
    arm = next(arm for arm in scenario.arms if arm.label == data.attrs["arm"])
    treatments = list_treatments(data)
    doses = [dose_text(dose) for dose in arm.doses]
    if any(dose.amount_dimension == "grafts" for dose in arm.doses):
        doses.append("grafts are follicles of their own: counted, but no part of the chain below")
    yield "dose", doses or ["nothing is given"]
    if treatments:
        yield "level", [_describe_level(data, name, weeks) for name in treatments]
        yield "effect", [_describe_effect(data, name, weeks) for name in treatments]
        yield "factors", [_describe_factor(data, name, weeks) for name in list_moved_factors(data)]
    speeds = data["clock_speed"].sel(stratum="typical")
    against = "without treatment" if treatments else "at baseline"
    ratios = {phase: _compare_courses(speeds.sel(phase=phase).values) for phase in PHASES}
    yield "clocks", [_describe_clock(phase, r, weeks, against) for phase, r in ratios.items()]
    calibre = _compare_courses(np.exp(data["log_calibre"].sel(stratum="typical").values))
    yield "calibre", [_describe_calibre(calibre, weeks, against)]
    yield "phases", [_describe_phases(data, weeks, against)]
    yield "density", _describe_density(data, weeks) + _describe_reading(scenario, data)


def _compare_courses(courses: Floats) -> Floats:
    """Return the arm (row 0) relative to no treatment (row 1), or to its own start."""
    ratio: Floats = courses[0] / (courses[1] if len(courses) > 1 else courses[0, 0])
    return ratio


def _format_week(value: float) -> str:
    return f"week {round(float(value)):d}"


def _describe_level(data: xr.Dataset, name: str, weeks: Floats) -> str:
    one = data.sel(treatment=name)
    level, unit = one["dose_level"].values, str(one["level_unit"].item())
    top = int(level.argmax())
    words = f"{name}: {level[top]:.3g} {unit} at most, by {_format_week(weeks[top])}"
    last = int(np.flatnonzero(one["dose_amount"].values > 0)[-1])
    half = np.flatnonzero(level[last:] < 0.5 * level[last])
    if half.size and last + half[0] < level.size - 1:
        days = round(7.0 * float(weeks[last + half[0]] - weeks[last]))
        words += (
            f"; half of it is gone {days} days after the last dose ({_format_week(weeks[last])})"
        )
    return words + "."


def _describe_effect(data: xr.Dataset, name: str, weeks: Floats) -> str:
    effect = data["effect"].sel(treatment=name).values
    top = int(effect.argmax())
    soon = float(weeks[np.flatnonzero(effect >= 0.9 * effect[top])[0]])
    when = f"by {_format_week(soon)}" if soon >= 1.0 else "within a week"
    words = f"{name}: {effect[top]:.2f} at most, nine tenths of it {when}"
    gone = np.flatnonzero(effect[top:] < 0.1 * effect[top])
    if gone.size:
        words += f"; less than a tenth is left from {_format_week(weeks[top + gone[0]])}"
    return words + "."


def _describe_factor(data: xr.Dataset, name: str, weeks: Floats) -> str:
    level = data["factor_level"].isel(arm=0).sel(factor=name).values
    top = int(np.abs(np.log(level)).argmax())
    verb = "rises" if level[top] > 1.0 else "falls"
    words = (
        f"{name} {verb} to {level[top]:.2f} times its untreated level by {_format_week(weeks[top])}"
    )
    if abs(level[-1] - 1.0) < 0.1 * abs(level[top] - 1.0):
        words += f" and is back at {level[-1]:.2f} by {_format_week(weeks[-1])}"
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


def _describe_speed(ratio: float) -> str:
    """Return how fast a phase ends compared with another.

    Examples
    --------
    >>> _describe_speed(2.91), _describe_speed(0.43), _describe_speed(1.1), _describe_speed(0.9)
    ('2.9 times as fast', '0.43 times as fast', '10 % faster', '10 % slower')
    """
    if ratio <= _FAR[0]:
        return f"{ratio:.2f} times as fast"
    if ratio >= _FAR[1]:
        return f"{ratio:.1f} times as fast"
    return f"{100 * abs(ratio - 1):.0f} % {'faster' if ratio > 1 else 'slower'}"


def _describe_clock(phase: str, ratio: Floats, weeks: Floats, against: str) -> str:
    top = int(np.abs(np.log(ratio)).argmax())
    if abs(ratio[top] - 1.0) < SAME:
        return f"{phase} ends as fast as {against}."
    link = "than" if _FAR[0] < ratio[top] < _FAR[1] else "as"
    words = (
        f"{phase} ends {_describe_speed(ratio[top])} at {_format_week(weeks[top])} {link} {against}"
    )
    if abs(np.log(ratio[-1])) < 0.8 * abs(np.log(ratio[top])):
        end = "as fast" if abs(ratio[-1] - 1.0) < SAME else _describe_speed(ratio[-1])
        words += f", {end} at {_format_week(weeks[-1])}"
    return words + "."


def _describe_calibre(ratio: Floats, weeks: Floats, against: str) -> str:
    top = int(np.abs(np.log(ratio)).argmax())
    if abs(ratio[top] - 1.0) < SAME:
        return f"a typical follicle's hair is as thick as {against}."
    change = 100 * (ratio[top] - 1.0)
    side = "thicker" if change > 0 else "thinner"
    words = f"a typical follicle's hair is {abs(change):.0f} % {side} at {_format_week(weeks[top])}"
    words += f" than {against}"
    if abs(np.log(ratio[-1])) < 0.8 * abs(np.log(ratio[top])):
        words += f", {100 * (ratio[-1] - 1.0):+.0f} % at {_format_week(weeks[-1])}"
    return words + "."


def _describe_phases(data: xr.Dataset, weeks: Floats, against: str) -> str:
    empty = data["phase_share"].sel(state="kenogen").values
    other = empty[1] if len(empty) > 1 else np.full_like(empty[0], empty[0, 0])
    top = int(np.abs(empty[0] - other).argmax())
    return (
        f"{100 * empty[0, top]:.0f} % of follicles are empty (kenogen) at "
        f"{_format_week(weeks[top])}, {100 * other[top]:.0f} % {against}."
    )


def _describe_density(data: xr.Dataset, weeks: Floats) -> list[str]:
    density = data["hair_density"].values
    other = density[1] if len(density) > 1 else np.full_like(density[0], density[0, 0])
    gain = density[0] - other
    top = int(np.abs(gain).argmax())
    first = f"{gain[-1]:+.1f} hairs/cm2 from baseline to {_format_week(weeks[-1])}."
    if len(density) > 1:
        first = f"{gain[top]:+.1f} hairs/cm2 over no treatment at {_format_week(weeks[top])}"
        first += ", where they differ most"
        if top < weeks.size - 1:
            first += f"; {gain[-1]:+.1f} at {_format_week(weeks[-1])}"
        first += "."
    words = [first]
    month = int(np.searchsorted(weeks, 4.0))
    if len(density) > 1 and weeks.size > 2 * month:
        climb = gain[month:] - gain[:-month]
        steepest = int(np.abs(climb).argmax())
        words.append(
            f"It changes fastest from {_format_week(weeks[steepest])} to "
            f"{_format_week(weeks[steepest + month])} ({climb[steepest]:+.1f} in four weeks): "
            "a clock that runs at another speed moves the count only as follicles reach the end of "
            "that phase, and the curve flattens when as many enter each phase as leave it."
        )
    return words


def _describe_reading(scenario: Scenario, data: xr.Dataset) -> list[str]:
    """Return what differs between the density expected and what is written down."""
    if not has_reading_losses(scenario):
        return []
    tool, stated = scenario.instrument, scenario.population.stated
    words = (
        f"These are all hairs that {tool.method} can see, in a person without spread; what it "
        "overlooks, merges or marks twice, or its operator reads too much, is not counted here."
    )
    if stated is not None and stated.variable == "hair_density":
        start = float(data["hair_density"].values[-1, 0])
        words += (
            f" Of {start:.1f} hairs/cm2 at baseline the people of the trial have "
            f"{stated.density:.6g} written down, as the scenario states."
        )
    return [words]
