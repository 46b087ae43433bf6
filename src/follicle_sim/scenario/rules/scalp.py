"""What needs a whole scalp, or a map of it, and what a whole scalp cannot have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from follicle_sim.base.errors import did_you_mean, shown
from follicle_sim.scenario.fields.methods import load_methods
from follicle_sim.scenario.fields.refusals import Path
from follicle_sim.scenario.fields.unjudged import judge

OF_WHOLE_SCALP = ("salt",)
"""Result variables that a target area does not have."""

OF_HAIRLINE = ("hairline_recession", "hairline_speed", "hairline_stable")
OF_INFLAMMATION = ("lppai",)
OF_CULTURE = ("anagen_retention", "shaft_elongation")
"""Result variables of diseases that move a hairline, of those that scar by inflammation, and of
follicles in a dish."""

Problems = Iterator[tuple[Path, str]]


def _one_area_only(scenario: Any) -> Problems:
    """Yield what a whole scalp cannot have: it is about one target area."""
    if scenario.population.scalp is None:
        return
    way = "leave population.scalp out"
    if scenario.population.region is not None:
        yield (
            ("population", "region"),
            f'found "{scenario.population.region}" beside population.scalp, which simulates all '
            "regions; leave one of them out",
        )
    if scenario.design.kind == "split_scalp":
        yield ("design", "kind"), f"halves of a scalp are compared in one target area each; {way}"
    for key in ("follicles", "tracked_follicles"):
        if getattr(scenario.record, key):
            yield (
                ("record", key),
                f"follicles are kept of one target area, not of a whole scalp; {way}",
            )


def _severity_is_known(scenario: Any) -> Problems:
    """Yield where a map has no severities for the grades of the condition."""
    who = scenario.population
    key = "scalp" if who.scalp is not None else "region"
    if getattr(who, key) is None or not who.place.severity:
        return
    disease, place = who.disease, who.place
    if disease.androgen_sensitive and disease.patches is None:
        if not set(disease.grades) & set(place.severity):
            yield (
                ("population", key),
                f'found "{getattr(who, key)}", whose map has no grade of {who.condition} '
                f"({', '.join(disease.grades)}); it has {', '.join(place.severity)}",
            )
        alike = [name for name in who.grades_named if name in place.severity]
        if len({disease.grades[name] for name in alike}) < len(alike):
            yield (
                ("population", "severity"),
                f"found {' and '.join(sorted(alike))}, which have one severity and differ in where "
                "hair is lost; a mixture on a map of the scalp has one of them",
            )


def _patterns_need_a_map(scenario: Any) -> Problems:
    """Yield a pattern of which one target area would show nothing but the severity."""
    who = scenario.population
    if who.scalp is not None or who.region is not None or isinstance(who.severity, float | int):
        return
    if who.severity is None:
        return
    severities = who.disease.severities
    for name in sorted(who.grades_named & set(who.disease.patterns)):
        same = [grade for grade, value in severities.items() if value == who.disease.grades[name]]
        if same:
            yield (
                ("population", "severity"),
                f"found {shown(name)}, which differs from {same[0]} in where hair is lost; allowed "
                f'with population.scalp = "regions" or a population.region; of one target area '
                f"write {same[0]}",
            )


def _grafts_have_a_place(scenario: Any) -> Problems:
    """Yield grafts on a whole scalp without a region to go to, or with one elsewhere."""
    who = scenario.population
    areas = list(dict.fromkeys(who.place.areas)) if who.scalp is not None else []
    donor = None if who.scalp is None else who.place.donor
    for i, arm in enumerate(scenario.arms):
        for j, dose in enumerate(arm.doses):
            where: Path = ("arms", i, "doses", j)
            grafts = dose.amount_dimension == "grafts"
            if not grafts or who.scalp is None:
                if dose.into:
                    why = (
                        "grafts go into the one target area"
                        if grafts
                        else "only grafts are set into a region"
                    )
                    yield (*where, "into"), f"found {shown(list(dose.into))}; {why}; leave it out"
                continue
            if donor is None:
                yield (
                    (*where, "treatment"),
                    f'map "{who.scalp}" has no donor area that grafts come from; allowed: '
                    'population.scalp = "regions", or leave population.scalp out',
                )
                continue
            into = [area for area in areas if area != donor.area]
            if not dose.into:
                yield (
                    (*where, "into"),
                    f'missing: the regions that get the grafts, into = ["{into[0]}"]; allowed: '
                    f"{', '.join(into)}",
                )
            for name in dose.into:
                if name == donor.area:
                    message = f'"{name}" is where grafts are taken from; allowed: {", ".join(into)}'
                    yield (*where, "into"), message
                elif name not in into:
                    yield (*where, "into"), f"found {shown(name)}{did_you_mean(name, into)}"


def _not_of_this_disease(scenario: Any) -> Problems:
    """Yield what is measured of a scarring disease, or in a dish, where there is none."""
    who, measures = scenario.population, scenario.instrument.measures
    needs = (
        (OF_HAIRLINE, "hairline", "has no hairline that recedes", "a [hairline]"),
        (OF_INFLAMMATION, "inflamed", "has no loss through IFNG", "such a loss"),
        (OF_CULTURE, "elongation", "has its follicles on a scalp, not in a dish", "a [culture]"),
    )
    for names, part, why, table in needs:
        asked = [name for name in names if name in measures]
        if asked and not getattr(_judged(scenario).disease, part):
            yield (
                ("instrument", "measures"),
                f"{', '.join(asked)}: {who.condition} {why}; name a condition with {table} "
                "(`follicle-sim conditions list`), or another method",
            )


def _dish_holds_full_size(scenario: Any) -> Problems:
    """Yield follicles in a dish that androgens have shrunk: a dish has those of the donor area."""
    who = scenario.population
    if not who.also:
        return  # a condition by itself is checked where it is read
    disease = _judged(scenario).disease
    if disease.elongation is not None and disease.androgen_sensitive:
        others = ", ".join(who.also)
        yield (
            ("population", "also"),
            f"found {others} beside {who.condition}: follicles in a dish are those of the donor "
            "area, of full size, and androgens shrink them in one of these; leave it out",
        )


def _judged(scenario: Any) -> Any:
    """Return who is simulated; a rule stops here where a condition of the scenario was refused."""
    len(scenario.conditions)
    return scenario.population


def _counts_are_of_one_area(scenario: Any) -> Problems:
    """Yield a count at baseline, which is one of a target area, on a scalp of regions."""
    who = scenario.population
    if who.scalp is not None and who.place.regional and who.stated is not None:
        yield (
            ("population", who.stated.key),
            "a count is of one target area, and a whole scalp of regions is simulated; give "
            "follicle_density and severity, or place the area with population.region",
        )


def _scores_need_a_scalp(scenario: Any) -> Problems:
    """Yield a score of the whole scalp where only a target area is simulated."""
    instrument = scenario.instrument
    asked = [name for name in OF_WHOLE_SCALP if name in instrument.measures]
    if not asked or scenario.population.scalp is not None:
        return
    preset = load_methods()[instrument.method].measures
    key = "method" if set(asked) <= set(preset) else "measures"
    found = instrument.method if key == "method" else ", ".join(asked)
    yield (
        ("instrument", key),
        f'found "{found}"; {", ".join(asked)} is a score of the whole scalp, and only a target '
        'area is simulated: set population.scalp = "salt", or name a method that reads an area',
    )


def scalp_problems(scenario: Any) -> Problems:
    """Yield what does not fit the place that a scenario simulates: score, severity, grafts.

    Parameters
    ----------
    scenario
        A scenario, or its tables with stand-ins for what was refused; `population.scalp` is the
        name of a map of the scalp, None where a target area alone is simulated.
    """
    for rule in (
        _one_area_only,
        _not_of_this_disease,
        _dish_holds_full_size,
        _severity_is_known,
        _patterns_need_a_map,
        _grafts_have_a_place,
        _counts_are_of_one_area,
        _scores_need_a_scalp,
    ):
        yield from judge(rule, scenario)
