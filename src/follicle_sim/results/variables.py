"""Every variable of a result: its unit and its long name.

Other units than days and hairs per cm2 do not occur. Which of them a result has depends on the
scenario; `results/expected.py` says which are there for certain.
"""

from collections.abc import Mapping

from follicle_sim.base.codes import NO_FOLLICLE
from follicle_sim.protocol.timeline import SHED_WINDOW

MEASURED: Mapping[str, tuple[str, str]] = {
    "hair_density": ("cm-2", "hairs counted per area"),
    "terminal_density": ("cm-2", "terminal hairs counted per area"),
    "vellus_density": ("cm-2", "counted hairs thinner than terminal, per area"),
    "shaft_calibre": ("um", "mean shaft diameter of counted hairs"),
    "anagen_fraction": ("1", "share of counted hairs in anagen"),
    "phase_count": ("1", "follicles in each phase"),
    "growth_rate": ("mm d-1", "mean growth rate of counted anagen hairs"),
    "shed_rate": ("d-1 cm-2", f"hairs shed per day, over {SHED_WINDOW:g} days before the visit"),
    "hair_weight": ("1", "weight of hair grown per area and day, in full-size shafts per cm2"),
    "factor_level": ("1", "level of a signalling factor relative to untreated"),
    "follicle_phase": ("1", f"phase code of each follicle, {NO_FOLLICLE} where there is none"),
    "follicle_calibre": ("um", "shaft diameter of each follicle, 0 where no hair is counted"),
}
"""What is measured of every subject, and of every follicle where asked for."""

SUBJECT_VARIABLES = tuple(MEASURED)[:9]
"""Those with one value a subject and visit, or one a phase."""

OF_INSTRUMENTS: Mapping[str, tuple[str, str]] = {
    "telogen_fraction": ("1", "share of counted hairs that do not grow"),
    "anagen_density": ("cm-2", "growing hairs counted per area"),
    "cumulative_thickness": ("mm cm-2", "diameters of counted hairs added up, per area"),
    "global_rating": ("1", "change of coverage since baseline, points from -3 to 3"),
    "pull_count": ("1", "hairs that come out when a lock is pulled"),
    "pull_positive": ("1", "1 where more hairs than normal come out, else 0"),
    "comb_count": ("1", "shed hairs collected by combing or washing"),
    "cover": ("1", "visible hairs relative to the same scalp in health"),
    "salt": ("1", "SALT score: share of the scalp without hair, in percent"),
    "hairline_recession": ("mm", "how far the frontal hairline has moved back since baseline"),
    "hairline_speed": ("mm year-1", "how fast the frontal hairline has moved back since baseline"),
    "hairline_stable": ("1", "1 where the frontal hairline has moved no further than the limit"),
    "lppai": ("1", "activity index of lichen planopilaris, 0 to 10 points"),
    "region_cover": ("1", "visible hairs of each piece of the scalp, relative to health"),
    "follicle_density": ("cm-2", "follicles per area, empty ones too, in sections"),
    "anagen_retention": ("1", "share of cultured follicles that are still in anagen"),
    "shaft_elongation": (
        "mm d-1",
        "shaft grown per day since the culture began, mean of follicles",
    ),
}
"""What only some instruments see."""

OF_REGIONS: Mapping[str, tuple[str, str]] = {
    "region_density": ("cm-2", "hairs per area in each region of the scalp, without reading error"),
}
"""What is told of the regions of a whole scalp, whatever the instrument measures."""

FURTHER: Mapping[str, str] = {
    "phase_count": "phase",
    "factor_level": "factor",
    "region_cover": "region",
    "region_density": "region",
}
"""The dimension that a variable has beside arm, subject and time; of one value a visit, none."""

OF_PEOPLE: Mapping[str, tuple[str, str]] = {
    "person": ("1", "name of the person in the random draws"),
    "age": ("year", "age at baseline"),
    "sex": ("1", "female or male"),
    "severity": ("1", "miniaturisation at baseline, in multiples of the fitted one"),
    "severity_class": ("1", "grade nearest to the severity"),
    "responder": ("1", "1 for people with the trait that lets them respond, else 0"),
    "duration": ("year", "time that the severity takes at the own pace of progression"),
    "progression": ("1", "speed of progression relative to the mean"),
    "growth": ("1", "hair growth rate relative to the mean"),
    "potency": ("1", "response to treatment relative to the mean"),
    "donor": ("1", "effect of what is made of the person's own blood, by age and health"),
}
"""Who the people are; from `duration` on only where `record.traits` asks for them."""

OF_FOLLOW_UP: Mapping[str, tuple[str, str]] = {
    "visit_day": ("d", "day of the visit since baseline"),
    "attended": ("1", "1 where the person was seen at the visit"),
    "enrolled": ("1", "1 where there is a person: arms are as wide as the largest"),
    "left_day": ("d", "day the person left the trial, NaN if they completed it"),
    "left_reason": ("1", "0 completed, 1 left at random, 2 left for lack of effect"),
    "stopped_day": ("d", "day the person stopped treatment early, NaN if they did not"),
    "doses_taken": ("1", "share of the doses due while in the trial that were taken"),
    "person": ("1", "name of the person in the random draws: equal in two arms, the same person"),
    "recruited": ("d", "day of the year of the baseline visit, 1 January being 0"),
}
"""Who came, who left, what they took."""

OF_TRACKED: Mapping[str, tuple[str, str]] = {
    "spell_onset": ("d", "day on which a tracked follicle entered a phase; NaN: no further one"),
    "spell_phase": ("1", f"code of that phase, {NO_FOLLICLE} where there is none"),
}
"""What is kept of single follicles from day to day, where `record.tracked_follicles` asks for it;
dimensions arm, subject, tracked and spell."""

OF_CHAIN: Mapping[str, tuple[str, str]] = {
    "dose_amount": ("amount_unit", "planned dose in the forcing step that begins here"),
    "dose_level": ("level_unit", "mean level at the site of effect over the forcing step"),
    "effect": ("1", "mean effect over the forcing step"),
    "drive": ("1", "change of the drive of a factor at effect 1: potency times share"),
    "factor_level": ("1", "level of a signalling factor relative to untreated"),
    "elasticity": ("1", "d ln(speed or calibre) / d ln(factor level)"),
    "clock_speed": ("1", "mean speed of a phase clock over the forcing step"),
    "log_calibre": ("1", "natural logarithm of calibre relative to full size"),
    "phase_share": ("1", "share of follicles in each phase"),
    "hair_density": ("cm-2", "hairs counted per area, expected"),
}
"""Links from dose to density (`explain`); `amount_unit` and `level_unit` differ by treatment."""

MEANING: Mapping[str, tuple[str, str]] = {
    **MEASURED,
    **OF_INSTRUMENTS,
    **OF_REGIONS,
    **OF_FOLLOW_UP,
    **OF_PEOPLE,
    **OF_TRACKED,
}
"""All that a result of `simulate` may hold."""
