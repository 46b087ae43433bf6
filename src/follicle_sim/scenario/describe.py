"""Read a scenario back in words before it runs: who, what is given, when they are seen."""

from __future__ import annotations

from follicle_sim.pharmacology.dosing import expand
from follicle_sim.scenario.model import Arm, Dose, Scenario
from follicle_sim.scenario.search import Optimise, TreatmentCost
from follicle_sim.units import format_quantity

WIDTH = 60
_WEEK = 7.0
_TICKS = (1, 2, 4, 6, 8, 12, 13, 26, 52, 104, 260, 520, 1040, 2600)


def describe(scenario: Scenario, width: int = WIDTH) -> str:
    """Return a scenario as plain text: title, population, design and a timeline for each arm.

    Parameters
    ----------
    scenario
        The scenario to read back.
    width
        Columns of a timeline, at least 10.
    """
    title = [scenario.title, *([scenario.description.strip()] if scenario.description else [])]
    arms = [arm_text(scenario, arm, width) for arm in scenario.arms]
    return "\n\n".join(["\n".join(title), overview(scenario), *arms])


def overview(scenario: Scenario) -> str:
    """Return the population, design and instrument, one line each."""
    who, run = scenario.population, scenario.run
    patch = format_quantity(who.target_area, "area")
    density = format_quantity(who.follicle_density, "density")
    traits = [who.condition]
    if who.severity is not None:
        traits.append(f"severity {who.severity}")
    if who.sex is not None:
        traits.append(who.sex)
    if who.age is not None:
        traits.append(f"aged {_time(who.age)}")
    visits = f"{len(scenario.design.visits)} visits over {_time(scenario.end)}"
    tool = scenario.instrument
    terminal = format_quantity(tool.terminal_calibre, "calibre")
    lines = {
        "population": f"{who.subjects:,} subjects per arm, {', '.join(traits)}",
        "target area": f"{patch} at {density}: {who.follicles_per_subject:,} follicles per subject",
        "design": f"{scenario.design.kind}, {len(scenario.arms)} arms, {visits}",
        "instrument": f"{tool.name}, terminal hairs from {terminal}",
        "run": f"seed {run.seed}, replicates {run.replicates}, history {_time(run.history)}",
    }
    for comparison in scenario.compare:
        pairs = ", ".join(f"{ours} = {theirs}" for ours, theirs in comparison.arms.items())
        lines[f"compare {comparison.study}"] = pairs
    for cost in scenario.costs:
        lines[f"price of {cost.treatment}"] = price_text(cost)
    if scenario.optimise is not None:
        lines[f"optimise {scenario.optimise.arm}"] = search_text(scenario.optimise)
    return "\n".join(f"{name}: {text}" for name, text in lines.items())


def price_text(cost: TreatmentCost) -> str:
    """Return what a treatment costs in this scenario, in words."""
    parts = (("once", cost.once), ("a dose", cost.per_dose), ("a unit of it", cost.per_amount))
    words = [f"{format_quantity(usd, 'money')} {what}" for what, usd in parts if usd]
    return ", ".join([*words, f"{cost.visits:g} visits a dose"])


def search_text(search: Optimise) -> str:
    """Return what a search looks for, in words.

    Examples
    --------
    >>> search_text(Optimise(arm="drug", objective="density_gain", at="24 weeks",
    ...     budget="900 USD", doses=[{"count": {"least": 1, "most": 6, "step": 1}}]))
    'density_gain at 24 weeks for at most 900 USD; dose 0 count 1 to 6'
    """
    words = f"{search.objective} at {_time(search.at)}"
    if search.budget is not None:
        words += f" for at most {format_quantity(search.budget, 'money')}"
    if search.most_visits is not None:
        words += f" and {search.most_visits} visits"
    ranges = []
    for varied in search.doses:
        for field in ("count", "every", "start", "amount"):
            grid = getattr(varied, field)
            if grid is not None:
                ranges.append((f"dose {varied.dose} {field}", grid))
    if search.cocktail is not None:
        ranges += list(search.cocktail.factors.items())
    shown = [f"{name} {grid.text(0)} to {grid.text(grid.size - 1)}" for name, grid in ranges]
    return "; ".join([words, *shown])


def arm_text(scenario: Scenario, arm: Arm, width: int = WIDTH) -> str:
    """Return one arm: its doses in words, and a timeline with D for a dose and V for a visit."""
    heading = f"{arm.label} ({arm.role})"
    doses = [f"  {dose_text(dose)}" for dose in arm.doses] or ["  nothing is given"]
    return "\n".join([heading, *doses, timeline(scenario, arm, width)])


def dose_text(dose: Dose) -> str:
    """Return one line of a dosing schedule in words.

    Examples
    --------
    >>> dose_text(Dose.model_construct(treatment="finasteride", amount=1.0, every=1.0,
    ...                                amount_dimension="mass", until=728.0))
    'finasteride 1 mg every 1 day until 104 weeks'
    """
    words = [dose.treatment, format_quantity(dose.amount, dose.amount_dimension)]
    if dose.variants:
        words.append(f"({', '.join(dose.variants)})")
    if dose.route is not None:
        words.append(dose.route)
    if dose.every is None:
        words.append(f"once at {_time(dose.start)}")
    else:
        words.append(f"every {_time(dose.every)}")
        if dose.start:
            words.append(f"from {_time(dose.start)}")
        if dose.count is not None:
            words.append(f"{dose.count} times")
        if dose.until is not None:
            words.append(f"until {_time(dose.until)}")
    if dose.duration:
        words.append(f"each over {_time(dose.duration)}")
    if dose.adherence < 1.0:
        words.append(f"with {dose.adherence:.4g} of doses taken")
    return " ".join(words)


def timeline(scenario: Scenario, arm: Arm, width: int = WIDTH) -> str:
    """Return the weeks axis, one row of D per dose line and one row of V, `width` columns wide.

    A column stands for an equal share of the time from baseline to the last visit; several doses or
    visits in one column show as one letter.
    """
    width = max(width, 10)
    end = scenario.end
    rows = [f"  weeks  {_axis(end, width)}"]
    for dose in arm.doses:
        rows.append(f"  doses  {_marks(expand(dose, end).times.tolist(), end, width, 'D')}")
    rows.append(f"  visits {_marks(list(scenario.design.visits), end, width, 'V')}")
    return "\n".join(rows)


def _marks(times: list[float], end: float, width: int, letter: str) -> str:
    columns = {_column(time, end, width) for time in times}
    return "".join(letter if column in columns else "." for column in range(width))


def _axis(end: float, width: int) -> str:
    weeks = end / _WEEK
    # Wide enough steps that labels stay apart.
    step = next((tick for tick in _TICKS if weeks / tick <= width / 10), weeks)
    ticks = [step * n for n in range(int(weeks / step) + 1)] if weeks else [0.0]
    text = ""
    for tick in [*ticks, weeks]:
        label = f"{tick:.5g}"
        # A label at the end would stick out on the right and is pulled in.
        first = min(_column(tick * _WEEK, end, width), width - len(label))
        if not text or first > len(text):
            text = text.ljust(first) + label
    return text


def _column(time: float, end: float, width: int) -> int:
    return int(time / end * (width - 1)) if end else 0


def _time(days: float) -> str:
    return format_quantity(days, "time")
