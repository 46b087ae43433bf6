"""A design in words, and the drawn timeline of each arm."""

from __future__ import annotations

from collections.abc import Iterator

from follicle_sim.base.units import format_quantity
from follicle_sim.pharmacology.dosing import expand
from follicle_sim.protocol.before import lead_of_doses
from follicle_sim.protocol.headcount import people_of
from follicle_sim.protocol.unfold import Unfolded, unfold
from follicle_sim.scenario.fields.design import CalendarDay
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.rules.design import CONTROLS
from follicle_sim.scenario.tables.design import Design

_WEEK = 7.0
_TICKS = (1, 2, 4, 6, 8, 12, 13, 26, 52, 104, 260, 520, 1040, 2600)
_GROUPS = {"crossover": "sequences", "split_scalp": "halves of each scalp"}


def subjects_text(scenario: Scenario) -> str:
    """Return how many people there are, in words."""
    return people_of(scenario).text("subjects")


def design_lines(scenario: Scenario) -> dict[str, str]:
    """Return the parts of a design in words, one line each, those that are used."""
    unfolded = unfold(scenario)
    design, days = scenario.design, unfolded.visits.days
    groups = _GROUPS.get(design.kind, "arms" if len(unfolded.arms) > 1 else "arm")
    visits = f"{len(days)} visits over {_time(days[-1] - days[0])}"
    return {
        "design": f"{design.kind}, {len(unfolded.arms)} {groups}, {visits}",
        **dict(_who(scenario)),
        **dict(_when(design)),
        **dict(_gaps(design)),
    }


def _who(scenario: Scenario) -> Iterator[tuple[str, str]]:
    design = scenario.design
    if _named_by_label(scenario):
        text = "another label is another group of people, unless the arm has an id"
        yield "people", f"drawn by the labels of the arms: {text}"
    if design.stratify is not None:
        yield "allocation", f"permuted blocks within classes of {design.stratify}"
    if design.period is not None and design.washout is not None:
        yield "periods", f"{_time(design.period)} each, {_time(design.washout)} of washout between"
    if design.switch is not None:
        treatment = next(arm.label for arm in scenario.arms if arm.role == "treatment")
        controls = ", ".join(arm.label for arm in scenario.arms if arm.role in CONTROLS)
        yield "switch", f"{controls} begins the doses of {treatment} at {_time(design.switch)}"
    if design.run_in is not None:
        doses = f"on the doses of {design.run_in_arm}" if design.run_in_arm else "untreated"
        if lead_of_doses(scenario.arms) > 0.0:
            doses = "on what they arrive with"
        yield "run-in", f"{_time(design.run_in)} before baseline, everybody {doses}"


def _named_by_label(scenario: Scenario) -> bool:
    """Return whether a corrected label would replace the people of an arm."""
    shared = scenario.design.kind in ("counterfactual", "split_scalp")
    pooled = scenario.design.stratify is not None
    return not (shared or pooled) and any(arm.id is None for arm in scenario.arms)


def _when(design: Design) -> Iterator[tuple[str, str]]:
    if design.recruitment is not None:
        opens, lasts = CalendarDay().write(design.recruitment.opens), design.recruitment.lasts
        yield "recruitment", f"from {opens}" + (f" over {_time(lasts)}" if lasts else "")
    parts = []
    if design.visit_window:
        parts.append(f"up to {_time(design.visit_window)} from their day")
    if design.late_visits is not None:
        late = design.late_visits
        parts.append(f"{_percent(late.share)} up to {_time(late.by)} late")
    if design.missed_visits:
        parts.append(f"{_percent(design.missed_visits)} missed")
    if design.missed_baseline:
        parts.append(f"{_percent(design.missed_baseline)} of baselines missed")
    if parts:
        yield "visits", ", ".join(parts)


def _gaps(design: Design) -> Iterator[tuple[str, str]]:
    parts = []
    if design.dropout is not None and design.dropout.per_year:
        parts.append(f"{_percent(design.dropout.per_year)} within a year at random")
    rule = design.dropout.lack_of_effect if design.dropout else None
    if rule is not None:
        least = format_quantity(rule.wanted, "density")
        near = f", {format_quantity(rule.softness, 'density')} soft" if rule.softness else ""
        parts.append(f"up to {_percent(rule.per_visit)} a visit for a change below {least}{near}")
    if parts:
        yield "dropout", "; ".join(parts)
    if design.early_stop is not None:
        share = _percent(design.early_stop.per_year)
        yield "early stop", f"{share} stop taking doses within a year and still come"
    if design.adherence_spread:
        yield "adherence", f"log odds of a dose differ with an SD of {design.adherence_spread:g}"


def timeline(scenario: Scenario, unfolded: Unfolded, index: int, width: int = 60) -> str:
    """Return the weeks axis, one row of D per dose line and one row of V, `width` columns wide.

    A column stands for an equal share of the time from the first visit to the last; several doses
    or visits in one column show as one letter. Where the design has parts, a row names them.

    unfolded : from `unfold`; index : of the arm among those people go through
    """
    width = max(width, 10)
    arm, visits = unfolded.arms[index], list(unfolded.visits.days)
    span = (visits[0], visits[-1])
    rows = [f"  weeks  {_axis(span, width)}"]
    parts = list(_parts(scenario, unfolded, index))
    if parts:
        rows.append(f"  parts  {_names(parts, span, width)}")
    for dose in arm.doses:
        times = expand(dose, span[1], begin=span[0]).times.tolist()
        rows.append(f"  doses  {_marks(times, span, width, 'D')}")
    rows.append(f"  visits {_marks(visits, span, width, 'V')}")
    return "\n".join(rows)


def _parts(scenario: Scenario, unfolded: Unfolded, index: int) -> Iterator[tuple[float, str]]:
    """Yield the day and the name of each part of an arm's time, where it has several."""
    design, arm, starts = scenario.design, unfolded.arms[index], unfolded.visits.starts
    if design.run_in is not None:
        yield -design.run_in, "run-in"
    if design.period is not None:
        for start, label in zip(starts, unfolded.given[index], strict=True):
            yield start, label
            if design.washout and start < starts[-1]:
                yield start + design.period, "washout"
    elif design.switch is not None and arm.role in CONTROLS:
        yield 0.0, arm.label
        yield (
            design.switch,
            next(other.label for other in unfolded.arms if other.role == "treatment"),
        )
    elif design.run_in is not None:
        yield 0.0, arm.label


def _names(parts: list[tuple[float, str]], span: tuple[float, float], width: int) -> str:
    """Return the parts' names, each cut to the columns up to the next."""
    text = ""
    columns = [_column(day, span, width) for day, _ in parts] + [width]
    for (_, name), here, there in zip(parts, columns, columns[1:], strict=False):
        text = text.ljust(here) + f"|{name}"[: max(0, there - here)]
    return text


def _marks(times: list[float], span: tuple[float, float], width: int, letter: str) -> str:
    columns = {_column(time, span, width) for time in times}
    return "".join(letter if column in columns else "." for column in range(width))


def _axis(span: tuple[float, float], width: int) -> str:
    first, last = (day / _WEEK for day in span)
    # Wide enough steps that labels stay apart.
    step = next((tick for tick in _TICKS if (last - first) / tick <= width / 10), last - first)
    ticks = [step * n for n in range(int(last / step) + 1)] if last else [0.0]
    text = ""
    for tick in [*([first] if first else []), *ticks, last]:
        label = f"{tick:.5g}"
        # A label at the end would stick out on the right and is pulled in.
        place = min(_column(tick * _WEEK, span, width), width - len(label))
        if not text or place > len(text):
            text = text.ljust(place) + label
    return text


def _column(time: float, span: tuple[float, float], width: int) -> int:
    first, last = span
    return int((time - first) / (last - first) * (width - 1)) if last > first else 0


def _percent(share: float) -> str:
    return f"{100.0 * share:.4g} %"


def _time(days: float) -> str:
    return format_quantity(days, "time")
