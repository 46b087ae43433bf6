"""Times and frequencies as papers write them: "twice daily", "every three weeks", "week 12"."""

from __future__ import annotations

import re
from fractions import Fraction

from follicle_sim.base import units
from follicle_sim.scenario.fields.refusals import refuse

_COUNTS = {
    word: number
    for number, words in enumerate(
        (
            "one single once",
            "two twice",
            "three thrice",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ),
        1,
    )
    for word in words.split()
}
_ADVERBS = {
    "hourly": "hour",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "yearly": "year",
    "annually": "year",
}
_SHORT = {
    "od": "once daily",
    "qd": "once daily",
    "bid": "twice daily",
    "tid": "3 times daily",
    "qid": "4 times daily",
    "fortnightly": "every 2 weeks",
    "every fortnight": "every 2 weeks",
    "every other day": "every 2 days",
    "alternate days": "every 2 days",
    "on alternate days": "every 2 days",
    "every second day": "every 2 days",
    "every other week": "every 2 weeks",
    "every second week": "every 2 weeks",
    "every other month": "every 2 months",
    "nightly": "once daily",
}
_TWO_MEANINGS = ("biweekly", "bimonthly", "semiweekly")
_UNIT = r"(hour|day|week|month|year|h|d|w|wk|mo|yr)s?"
_OFTEN = re.compile(
    rf"(\d+)\s*(?:(?:times?|x|×|doses|sessions)\s*(?:an?|per|each|every|/)?|per|/|an?)\s*{_UNIT}"
)
_ADVERB = re.compile(rf"(\d+)?[\s-]*(times\s)?\s*({'|'.join(_ADVERBS)})")
_EVERY = re.compile(rf"(?:every|each|q)\s*(\d+(?:\.\d+)?)?[\s-]*{_UNIT}")
_APART = re.compile(rf"(?:at\s+)?(\d+(?:\.\d+)?)[\s-]*{_UNIT}\s*(?:apart|intervals?)")
_MOMENT = re.compile(rf"(?:at\s+|in\s+|after\s+|on\s+)?{_UNIT}\s*(\d+(?:\.\d+)?)")
_AFTER = re.compile(rf"(?:at\s+|after\s+)?(\d+(?:\.\d+)?)[\s-]*{_UNIT}")
_SERIES = re.compile(r"(.+?)\s+(?:until|up to|through|to|for)\s+(.+)")


def read_interval(text: str) -> float | None:
    """Return the days between two doses, or None where the text is no frequency.

    Raises
    ------
    PydanticCustomError
        For a word that may mean two things, such as "biweekly".

    Examples
    --------
    >>> read_interval("twice daily"), read_interval("every three weeks")
    (0.5, 21.0)
    >>> read_interval("3 times a week") == units.parse("56 hours", "time")
    True
    >>> read_interval("5 apples") is None
    True
    """
    plain = _plain(text)
    if plain in _TWO_MEANINGS:
        refuse(
            f'found "{text}", which may mean two things; allowed: "every 2 weeks", "twice a week"'
        )
    plain = _plain(_SHORT.get(plain.replace(".", ""), plain))
    if match := _ADVERB.fullmatch(plain):
        number, times, unit = match[1] or "1", match[2], _ADVERBS[match[3]]
        plain = f"{number} times per {unit}" if times else f"every {number} {unit}"
    plain = re.sub(r"^1 times (?=every)", "", plain)
    match = _OFTEN.fullmatch(plain)
    if match is not None and int(match[1]) > 0:
        return float(Fraction(units.parse(f"1 {match[2]}", "time")) / int(match[1]))
    if match := _EVERY.fullmatch(plain) or _APART.fullmatch(plain):
        return units.parse(f"{match[1] or 1} {match[2]}", "time")
    return None


def read_moment(text: str) -> float | None:
    """Return the day of a time such as "week 12" or "baseline", or None for any other text.

    Examples
    --------
    >>> read_moment("week 12"), read_moment("Baseline"), read_moment("twelve weeks")
    (84.0, 0.0, 84.0)
    """
    plain = _plain(text)
    if plain in ("baseline", "at baseline", "start", "the start"):
        return 0.0
    if match := _MOMENT.fullmatch(plain):
        return units.parse(f"{match[2]} {match[1]}", "time")
    if match := _AFTER.fullmatch(plain):
        return units.parse(f"{match[1]} {match[2]}", "time")
    return None


def split_visits(text: str) -> object:
    """Return a list or a series of visits from one text; the text itself where it is neither.

    Examples
    --------
    >>> split_visits("0, 12 and 24 weeks"), split_visits("weeks 0, 12, 24")
    (['0 week', '12 week', '24 week'], ['0 week', '12 week', '24 week'])
    >>> split_visits("every 4 weeks until 24 weeks")
    {'every': 'every 4 weeks', 'until': '24 weeks'}
    """
    plain = _plain(text)
    series = _SERIES.fullmatch(plain)
    if series and read_interval(series[1]) is not None:
        return {"every": series[1], "until": series[2]}
    parts = [part for part in re.split(r"\s*(?:,|;|&|\band\b)\s*", plain) if part]
    named = [match for part in parts if (match := re.search(rf"\b{_UNIT}\b", part))]
    if len(parts) < 2 or not named:
        return text
    unit = named[0][1]
    if any(match[1] != unit for match in named):
        return parts
    days = []
    for part in parts:
        number = re.fullmatch(r"\d+(?:\.\d+)?", re.sub(rf"\b{_UNIT}\b", "", part).strip())
        days.append(f"{number[0]} {unit}" if number else part)
    return days


def _plain(text: str) -> str:
    """Return a text in small letters, one space between words, small counts as digits."""
    words = " ".join(text.lower().replace("\u2013", "-").split())

    def digits(match: re.Match[str]) -> str:
        word = match[0]
        return (
            f"{_COUNTS[word]} times" if word in ("once", "twice", "thrice") else str(_COUNTS[word])
        )

    return re.sub(rf"\b({'|'.join(_COUNTS)})\b", digits, words).replace("times times", "times")
