"""Read a scenario back in words before it runs: who, what is given, when they are seen."""

from __future__ import annotations

from collections.abc import Mapping

from follicle_sim.base.units import format_quantity
from follicle_sim.protocol.baseline.meet import with_baseline
from follicle_sim.protocol.describe_design import design_lines, subjects_text, timeline
from follicle_sim.protocol.notes import notes
from follicle_sim.protocol.unfold import Unfolded, unfold
from follicle_sim.scenario.fields.methods import PLAIN
from follicle_sim.scenario.load import check_scenario
from follicle_sim.scenario.model import Dose, Inclusion, Population, Scenario
from follicle_sim.scenario.tables.analysis import Analysis
from follicle_sim.scenario.tables.population import lead_of
from follicle_sim.scenario.tables.search import Optimise, TreatmentCost

WIDTH = 60


def describe(scenario: Scenario, width: int = WIDTH) -> str:
    """Return a scenario as plain text: title, population, design, a timeline for each arm, notes.

    Parameters
    ----------
    scenario
        The scenario to read back.
    width
        Columns of a timeline, at least 10.

    Examples
    --------
    >>> from follicle_sim import describe, load_scenario
    >>> print(describe(load_scenario("scenarios/minoxidil_olsen_2002.toml")).splitlines()[0])
    Minoxidil 5 % against vehicle, 48 weeks (Olsen 2002)
    """
    scenario = check_scenario("describe", scenario)
    title = [scenario.title, *([scenario.description.strip()] if scenario.description else [])]
    unfolded = unfold(scenario)
    arms = [arm_text(scenario, unfolded, i, width) for i in range(len(unfolded.arms))]
    note_lines = "\n".join(f"note: {note}" for note in notes(scenario))
    return "\n\n".join(
        ["\n".join(title), overview(scenario), *arms, *([note_lines] if note_lines else [])]
    )


def overview(scenario: Scenario) -> str:
    """Return the population, design and instrument, one line each."""
    who, run = with_baseline(scenario).population, scenario.run
    patch = format_quantity(who.target_area, "area")
    density = format_quantity(float(f"{who.scalp_density * who.local_density:.4g}"), "density")
    unit = "subject" if who.scalp is None else "piece of scalp"
    tool = scenario.instrument
    terminal = format_quantity(tool.terminal_calibre, "calibre")
    method = "" if tool.method == PLAIN else f" ({tool.method})"
    lines = {
        "population": f"{subjects_text(scenario)}; {', '.join(traits_text(who))}",
        "target area": f"{patch} at {density}: {who.follicles_per_subject:,} follicles per {unit}",
        **design_lines(scenario),
        "instrument": f"{tool.name}{method}, terminal hairs from {terminal}",
        "run": f"seed {run.seed}, replicates {run.replicates}, history {_time(run.history)}",
    }
    if who.correlation:
        lines["correlations"] = ", ".join(f"{key} {r:g}" for key, r in who.correlation.items())
    if who.inclusion is not None:
        lines["inclusion"] = inclusion_text(who.inclusion, scenario.design.run_in)
    if run.uncertainty != "none":
        lines["run"] += f", fitted parameters drawn anew in each replicate ({run.uncertainty})"
    if scenario.analysis != Analysis():
        lines["analysis"] = plan_text(scenario.analysis)
    for comparison in scenario.compare:
        pairs = ", ".join(f"{arm} = {study_arm}" for arm, study_arm in comparison.arms.items())
        lines[f"compare {comparison.study}"] = pairs
    for cost in scenario.costs:
        lines[f"price of {cost.treatment}"] = price_text(cost)
    if scenario.optimise is not None:
        lines[f"optimise {scenario.optimise.arm}"] = search_text(scenario.optimise)
    return "\n".join(f"{name}: {text}" for name, text in lines.items())


def traits_text(who: Population) -> list[str]:
    """Return the condition, severity, sex and age of a population, in words."""
    traits = [" + ".join((who.condition, *who.also))]
    if who.scalp is not None:
        traits.append(f"{who.place.title} ({who.pieces} pieces)")
    elif who.region is not None:
        traits.append(who.place.title)
    if isinstance(who.severity, Mapping):
        traits.append(f"severity {_shares(who.severity)}")
    elif who.severity is not None:
        traits.append(f"severity {who.severity}")
    if who.sex is not None:
        traits.append(who.sex if isinstance(who.sex, str) else _shares(who.sex))
    if isinstance(who.age, Mapping):
        traits.append(f"aged {_time(who.age['mean'])} (SD {_time(who.age['sd'])})")
    elif isinstance(who.age, tuple):
        traits.append(f"aged {_span(who.age, 'time')}")
    elif who.age is not None:
        traits.append(f"aged {_time(who.age)}")
    return traits


def inclusion_text(inclusion: Inclusion, run_in: float | None = None) -> str:
    """Return the criteria of inclusion in words."""
    parts = []
    if inclusion.age is not None:
        parts.append(f"aged {_span(inclusion.age, 'time')}")
    if inclusion.sex is not None:
        parts.append(inclusion.sex)
    if inclusion.severity is not None:
        parts.append(" to ".join(dict.fromkeys(inclusion.severity)))
    if inclusion.exclude:
        parts.append(f"without {', '.join(name.replace('_', ' ') for name in inclusion.exclude)}")
    parts += [f"on whom {name} failed before" for name in inclusion.failed]
    if inclusion.hair_density is not None:
        lead = lead_of(inclusion, run_in)
        when = f"{_time(lead)} before baseline" if lead else "at baseline"
        parts.append(f"{_span(inclusion.hair_density, 'density')} counted {when}")
    return ", ".join(parts) or "everybody"


def _span(ends: tuple[float, float], dimension: str) -> str:
    return " to ".join(format_quantity(end, dimension) for end in ends)


def _shares(mixture: Mapping[str, float]) -> str:
    return " + ".join(f"{share:.4g} {name}" for name, share in mixture.items())


def plan_text(plan: Analysis) -> str:
    """Return a trial's plan in one line: endpoint, visit, test, whose data, decisions."""
    at = "at the last visit" if plan.at is None else f"at {_time(plan.at)}"
    words = [f"{plan.endpoint} {at} by {plan.method or 'the test of its design'}"]
    words.append(f"{plan.set}, missing values {plan.missing}")
    words.append(f"{plan.sided}-sided alpha {plan.alpha:g}, multiplicity {plan.multiplicity}")
    if plan.secondary:
        words.append("then " + ", ".join(secondary.endpoint for secondary in plan.secondary))
    return "; ".join(words)


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


def arm_text(scenario: Scenario, unfolded: Unfolded, index: int, width: int = WIDTH) -> str:
    """Return one arm: its doses in words, and a timeline with D for a dose and V for a visit.

    unfolded : from `unfold`; index : of the arm among those people go through
    """
    arm = unfolded.arms[index]
    heading = f"{arm.label} ({arm.role}{'' if arm.id is None else f', id {arm.id}'})"
    doses = [f"  {dose_text(dose)}" for dose in arm.doses] or ["  nothing is given"]
    return "\n".join([heading, *doses, timeline(scenario, unfolded, index, width)])


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
    if dose.into:
        words.append(f"into {', '.join(dose.into)}")
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
    if dose.batches == "shared":
        words.append("from shared batches")
    if dose.aftercare:
        words.append(f"then {', '.join(dose.aftercare)} (assumed)")
    if dose.adherence < 1.0:
        words.append(f"with {dose.adherence:.4g} of doses taken")
    return " ".join(words)


def _time(days: float) -> str:
    return format_quantity(days, "time")
