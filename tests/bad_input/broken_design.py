"""Edits that break the design of the example, and what the refusal must say."""

from broken_people import VISITS

KIND = 'kind = "counterfactual"'
CROSS = 'kind = "crossover"\nperiod = "104 weeks"\nwashout = "8 weeks"'


def design(lines: str, *fragments: str) -> tuple[str, str, list[str]]:
    return KIND, lines, list(fragments)


DESIGN = {
    "visit_before_baseline": (
        VISITS,
        '["-4 weeks", "0 days"]',
        ['design.visits[0]: found "-4 weeks"; allowed: 0 days to 200 years', "design.run_in"],
    ),
    "allocation_in_counterfactual": design(
        f"{KIND}\nallocation = {{placebo = 2}}",
        "design.allocation: does not belong to a counterfactual design, only to parallel or",
    ),
    "stratified_counterfactual": design(
        f'{KIND}\nstratify = "severity"', "design.stratify: does not belong"
    ),
    "period_in_parallel": design(
        'kind = "parallel"\nperiod = "4 weeks"', "design.period: does not belong", "crossover"
    ),
    "switch_in_parallel": design(
        'kind = "parallel"\nswitch = "4 weeks"', "design.switch: does not belong", "delayed_start"
    ),
    "allocation_of_unknown_arm": design(
        'kind = "parallel"\nallocation = {placbo = 2}',
        'design.allocation.placbo: unknown arm of this scenario; did you mean "placebo"?',
    ),
    "allocation_of_a_half": design(
        'kind = "parallel"\nallocation = {placebo = 1.5}',
        "design.allocation.placebo: found 1.5; allowed: a whole number from 1 to 100",
    ),
    "allocation_a_number": design('kind = "parallel"\nallocation = 2', "a table is needed"),
    "stratify_unknown": design(
        'kind = "parallel"\nstratify = "age"', 'design.stratify: found "age"', "severity"
    ),
    "crossover_without_period": design(
        'kind = "crossover"', "design.period: missing", "design.washout: missing", '"0 days"'
    ),
    "visits_after_the_period": design(
        CROSS.replace("104 weeks", "24 weeks"),
        "design.visits: the last visit (104 weeks) is after the end of the period (24 weeks)",
    ),
    "delayed_start_without_switch": design(
        'kind = "delayed_start"', "design.switch: missing; a delayed_start design needs"
    ),
    "switch_after_the_end": design(
        'kind = "delayed_start"\nswitch = "104 weeks"',
        "design.switch: found 104 weeks; allowed: before the last visit (104 weeks)",
    ),
    "tablet_on_half_a_scalp": design(
        'kind = "split_scalp"',
        "arms[1].doses[0]: finasteride is swallowed and reaches both halves",
    ),
    "run_in_arm_unknown": (
        'run_in_arm = "placebo"',
        'run_in_arm = "placbo"',
        ['design.run_in_arm: found "placbo"', 'did you mean "placebo"?'],
    ),
    "run_in_arm_alone": ('run_in = "4 weeks"\n', "", ['design.run_in_arm: "run_in_arm" needs']),
    "windows_overlap": (
        'visit_window = "1 day"',
        'visit_window = "15 days"',
        ["design.visit_window: the windows of the visits at 4 weeks and 8 weeks overlap"],
    ),
    "late_visits_overlap": (
        'by = "2 days"',
        'by = "4 weeks"',
        ["design.late_visits: the windows of the visits at 4 weeks and 8 weeks overlap"],
    ),
    "more_missing_than_subjects": (
        "missed_visits = 0.05",
        "missed_visits = 0.97",
        ["design: more missing than subjects: of 50 people an arm about 1.2 are expected"],
    ),
    "everything_missed": ("missed_visits = 0.05", "missed_visits = 1", ["every visit after"]),
    "everybody_leaves": (
        "per_year = 0.1\nlack",
        "per_year = 1\nlack",
        ["design.dropout.per_year: found 1; allowed: 0 to 0.99"],
    ),
    "no_such_month": ('"1 March"', '"1 Marsh"', ["unknown month", 'did you mean "March"?']),
    "no_such_day": (
        '"1 March"',
        '"31 June"',
        ["design.recruitment.opens", "June has days 1 to 30"],
    ),
    "no_time_for_a_season": (
        'history = "5 years"',
        'history = "1 year"',
        ["run.history: found 1 year; allowed with design.recruitment: 2 years or more"],
    ),
    "a_week_for_a_day": ('"1 March"', '"week 9"', ['a day and a month, such as "1 March"']),
    "dropout_key_misspelt": (
        "softness =",
        "softnes =",
        ['design.dropout.lack_of_effect.softnes: unknown key; did you mean "softness"?'],
    ),
}
