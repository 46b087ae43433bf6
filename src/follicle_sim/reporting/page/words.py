"""A trial's numbers in words that a clinician reads: sentences, units, names of methods."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from follicle_sim.analysis.result import TrialResult, TrialRow, p_text
from follicle_sim.figures.parts.style import is_share, name_of, unit_of
from follicle_sim.scenario.fields.methods import SMALLER_IS_BETTER

METHOD_WORDS: Mapping[str, str] = {
    "t_test": "t test on changes",
    "welch": "Welch's t test on changes",
    "wilcoxon": "Wilcoxon's rank sum test on changes",
    "ancova": "analysis of covariance, adjusted for the baseline",
    "mmrm": "mixed model for repeated measures, adjusted for the baseline",
    "mixed_model": "mixed model with a random intercept, adjusted for the baseline",
    "paired_t": "t test on differences within persons",
    "signed_rank": "Wilcoxon's signed rank test on differences within persons",
    "miettinen_nurminen": "score test of Miettinen and Nurminen",
    "mcnemar": "McNemar's test",
    "log_rank": "log-rank test",
    "proportional_odds": "proportional odds",
    "wilson": "Wilson's interval",
    "kaplan_meier": "Kaplan and Meier",
}

MISSING_WORDS: Mapping[str, str] = {
    "available": "values as seen",
    "complete_cases": "only people seen at every visit",
    "last_observation_carried_forward": "last observation carried forward",
    "baseline_observation_carried_forward": "baseline carried forward",
    "jump_to_reference": "multiple imputation, jump to reference",
    "missing_is_no_response": "whoever was not seen counts as no responder",
}

MULTIPLICITY_WORDS: Mapping[str, str] = {
    "bonferroni": "Bonferroni",
    "holm": "Holm",
    "hochberg": "Hochberg",
    "hierarchical": "tested in order, stopping at the first that fails",
}


def plain(text: str) -> str:
    """Return text in letters that every terminal has.

    Examples
    --------
    >>> plain("hairs/cm² of 50 µm")
    'hairs/cm2 of 50 um'
    """
    return text.replace("²", "2").replace("µ", "u").replace("−", "-").replace("–", "-")


def p_words(p: float | None) -> str:
    """Return a p value in a sentence.

    Examples
    --------
    >>> p_words(0.0321), p_words(0.00001)
    ('p = 0.032', 'p < 0.001')
    """
    text = p_text(p)
    return f"p {text[0]} {text[1:]}" if text.startswith("<") else f"p = {text or 'not known'}"


def percent_of(level: float) -> str:
    """Return a level as people write it.

    Examples
    --------
    >>> percent_of(0.95)
    '95 %'
    """
    return f"{100 * level:g} %"


def is_rate(row: TrialRow) -> bool:
    """Tell whether a row compares shares of responders, and not amounts of the endpoint."""
    return row.statistic in ("difference of rates", "rate")


def is_average(row: TrialRow) -> bool:
    """Tell whether a row is of changes averaged over time."""
    return row.statistic in ("difference of average changes", "average change")


def unit_words(row: TrialRow) -> str:
    """Return the unit of a change of a row's endpoint."""
    if is_rate(row):
        return "percentage points"
    unit = plain(unit_of(row.endpoint, row.unit, change=True))
    # a plain number has no unit, but points of a score are called so
    return "" if row.unit == "1" and unit != "points" and not is_share(row.endpoint) else unit


def amount(row: TrialRow, value: float, *, sign: bool = False) -> str:
    """Return a change with its unit, to a digit that means something."""
    number = 100.0 * value if is_share(row.endpoint) or is_rate(row) else value
    digits = 1 if abs(number) >= 2 or row.unit == "cm-2" else 2 if abs(number) >= 0.1 else 3
    if is_rate(row):
        digits = 0 if abs(number) >= 1 else 1
    number = round(number, digits) or 0.0
    unit = unit_words(row)
    return f"{number:{'+' if sign and number else ''}.{digits}f}{f' {unit}' if unit else ''}"


def moved(row: TrialRow, change: float) -> str:
    """Return "risen by 3.0 hairs/cm2" or the like."""
    if amount(row, change) == amount(row, 0.0):
        return "not changed"
    return f"{'risen' if change > 0 else 'fallen'} by {amount(row, abs(change))}"


def limits(row: TrialRow, level: float) -> str:
    """Return the interval in words, "" where there is none."""
    if row.low is None or row.high is None:
        return ""
    ends = [amount(row, end).split(" ")[0] for end in (row.low, row.high)]
    return f"{percent_of(level)} confidence interval {ends[0]} to {ends[1]}"


def responder_words(endpoint: str, gain: str) -> str:
    """Return what makes a responder; `gain` is the least one, or a level.

    Examples
    --------
    >>> responder_words("hair_density", "10 hairs/cm2")
    'a gain in hair density of 10 hairs/cm2 or more'
    >>> responder_words("salt", "20 points or less")
    'a SALT score of 20 points or less'
    """
    if gain.endswith(" or less"):
        return f"a {name_of(endpoint)} of {gain}"
    what = "fall" if endpoint in SMALLER_IS_BETTER else "gain"
    return f"a {what} in {name_of(endpoint)} of {gain} or more"


def answer_sentences(row: TrialRow, result: TrialResult, tests: int, gain: str = "") -> list[str]:
    """Return what a comparison found: what happened, the difference, and what follows.

    Parameters
    ----------
    row
        A test of the plan.
    result
        It belongs to.
    tests
        How many tests the plan has; p is adjusted for them.
    gain
        What makes a responder, where shares of them are compared.
    """
    if row.estimate is None or row.why:
        why = row.why or "too few people were measured"
        return [f"{row.arm}: the comparison could not be computed: {why}."]
    p = p_words(row.p)
    if result.multiplicity != "none" and tests > 1:
        p += f", adjusted for {tests} tests {p_words(row.p_adjusted)}"
    ends = ", ".join(part for part in (limits(row, result.level), p) if part)
    if not row.control:
        return [_own_course(row, ends), _own_verdict(row, result)]
    better = row.arm if favours(row, row.estimate) else row.control
    size = amount(row, abs(row.estimate))
    side = f" in favour of {better}" if size != amount(row, 0.0) else ""
    return [
        _courses(row, gain),
        f"The difference is {size}{side} ({ends}).",
        _verdict(row, result),
    ]


def favours(row: TrialRow, value: float) -> bool:
    """Tell whether a difference is in favour of the row's arm, and not of its control."""
    return (value > 0) != (row.endpoint in SMALLER_IS_BETTER and not is_rate(row))


def _courses(row: TrialRow, gain: str) -> str:
    """Return what happened on both sides, "" where it is not known."""
    one, other = row.mean_treated, row.mean_control
    if one is None or other is None:
        return ""
    name, week = name_of(row.endpoint), f"week {row.week:g}"
    if is_rate(row):
        what = f" ({responder_words(row.endpoint, gain)})" if gain else ""
        return (
            f"At {week} the share of responders{what} was {100 * one:.0f} % on {row.arm} and "
            f"{100 * other:.0f} % on {row.control}."
        )
    if is_average(row):
        first, second = (amount(row, value, sign=True) for value in (one, other))
        return (
            f"The average change in {name} up to {week} was {first} on {row.arm} and {second} on "
            f"{row.control}."
        )
    return (
        f"By {week} {name} had {moved(row, one)} on {row.arm} and {moved(row, other)} on "
        f"{row.control}."
    )


def _own_course(row: TrialRow, ends: str) -> str:
    assert row.estimate is not None
    name, week = name_of(row.endpoint), f"week {row.week:g}"
    if is_average(row):
        size = amount(row, row.estimate, sign=True)
        return f"The average change in {name} up to {week} on {row.arm} was {size} ({ends})."
    return f"By {week} {name} on {row.arm} had {moved(row, row.estimate)} ({ends})."


def _own_verdict(row: TrialRow, result: TrialResult) -> str:
    """Return what a change without a control arm says."""
    text = _excluded(row, result, "a change")
    if not text:
        assert row.low is not None
        assert row.high is not None
        fall, rise = amount(row, abs(row.low)), amount(row, row.high)
        text = f"The interval holds zero, a fall of up to {fall} and a rise of up to {rise}."
    if not row.effect:
        return text
    return f"{text} What caused the change, a trial without a control arm cannot say."


def _verdict(row: TrialRow, result: TrialResult) -> str:
    """Return what the interval of a difference leaves open."""
    if text := _excluded(row, result, "a difference"):
        return text
    assert row.low is not None
    assert row.high is not None
    ends = sorted((row.low, row.high), key=lambda end: not favours(row, end))
    sides = [
        f"{amount(row, abs(end))} in favour of {side}"
        for end, side in zip(ends, (row.arm, row.control), strict=True)
    ]
    text = f"The interval holds zero, and anything up to {sides[0]} and up to {sides[1]}."
    if row.effect:
        text += f" p, {_OTHER_KIND}, is below {result.alpha:g}."
    return text


def _excluded(row: TrialRow, result: TrialResult, what: str) -> str:
    """Return what the interval excludes and what not; "" where it holds zero."""
    if row.low is None or row.high is None:
        return f"No interval goes with this test: how large {what} it leaves open is not known."
    if row.low <= 0.0 <= row.high:
        return ""
    near, far = (amount(row, end) for end in sorted((abs(row.low), abs(row.high))))
    text = f"The interval excludes zero, but not {what} as small as {near} or as large as {far}"
    if near == amount(row, 0.0):
        text = f"The interval only just excludes zero, and not {what} as large as {far}"
    if row.effect:
        return f"{text}."
    return f"{text}; p, {_kind_of_p(row)}, is not below {result.alpha:g}."


_OTHER_KIND = "one-sided or of another test than the interval"


def _kind_of_p(row: TrialRow) -> str:
    """Return why p and the interval may disagree about zero."""
    if row.p_adjusted is not None and row.p_adjusted != row.p:
        return "adjusted for the other tests"
    return _OTHER_KIND


def how_found(row: TrialRow) -> str:
    """Return people, method, set and missing-data rule of a row."""
    people = f"{row.n_treated} and {row.n_control} people" if row.n_control else f"{row.n_treated}"
    people += "" if row.n_control else " people"
    return "; ".join(
        [
            people,
            METHOD_WORDS.get(row.method, row.method),
            row.set.replace("_", " "),
            f"missing: {MISSING_WORDS.get(row.missing, row.missing)}",
        ]
    )


def table(rows: Sequence[Sequence[str]], width: int, *, indent: int = 2) -> list[str]:
    """Return rows as lines of text: the first column words that wrap, the others to the right.

    The first row is the head. A column that is empty below it is left out.
    """
    columns = [i for i in range(len(rows[0])) if i == 0 or any(row[i] for row in rows[1:])]
    rows = [[row[i] for i in columns] for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(columns))]
    others = sum(widths[1:]) + 2 * (len(columns) - 1) + indent
    widths[0] = min(widths[0], max(16, width - others))
    lines = []
    for row in rows:
        parts = textwrap.wrap(row[0], widths[0], subsequent_indent="  ") or [""]
        cells = [cell.rjust(size) for cell, size in zip(row[1:], widths[1:], strict=True)]
        whole = "  ".join([parts[-1].ljust(widths[0]), *cells]).rstrip()
        lines += [" " * indent + line for line in (*parts[:-1], whole)]
    return lines


def paragraph(text: str, width: int, *, indent: int = 2, first: str | None = None) -> list[str]:
    """Return text wrapped between words."""
    margin = " " * indent
    head = margin if first is None else first
    return textwrap.wrap(
        text,
        width,
        initial_indent=head,
        subsequent_indent=margin if first is None else " " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
