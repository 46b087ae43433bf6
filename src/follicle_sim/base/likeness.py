"""When one name is a slip of the pen for another: the one rule behind every "did you mean"."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 200
"""Letters that are looked at: a longer word is near nothing, and would take long to compare."""

_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")


def fold(text: str) -> str:
    """Return a name without what people write in either way: capitals, spaces, hyphens.

    Examples
    --------
    >>> fold("Split-Scalp") == fold("split_scalp"), fold("t-test")
    (True, 'ttest')
    """
    return "".join(split_words(text))


def split_words(text: str) -> list[str]:
    """Return the words of a name in small letters.

    Examples
    --------
    >>> split_words("Potency_exosomes-adipose 5 %")
    ['potency', 'exosomes', 'adipose', '5']
    """
    return re.findall(r"[^\W_]+", text[:LONGEST].lower())


def same_name(word: str, options: Iterable[str]) -> str | None:
    """Return the one option that is the same name in other letters or another order of words.

    Examples
    --------
    >>> same_name("Oral minoxidil", ["minoxidil_oral", "minoxidil_topical_5"])
    'minoxidil_oral'
    >>> same_name("minoxidil", ["minoxidil_oral", "minoxidil_topical_5"]) is None
    True
    """
    listed = list(dict.fromkeys(options))
    for key in (fold, lambda text: sorted(split_words(text))):
        folded = key(word)
        matches = [option for option in listed if folded and key(option) == folded]
        if len(matches) == 1:
            return matches[0]
    return None


def nearest(word: str, options: Iterable[str]) -> str | None:
    """Return the option that `word` is a slip of the pen for, or None when nothing is that close.

    A few letters may be wrong, the more the longer the word is. Words that are only alike in a part
    are not near: what they mean may be quite different.

    Examples
    --------
    >>> nearest("finastride", ["finasteride", "minoxidil"])
    'finasteride'
    >>> nearest("control", ["treatment", "active_control"]) is None
    True
    >>> nearest("potency_exosome", ["potency_laser_comb"]) is None
    True

    A number at the end may be written in either way, and is never taken for another one:

    >>> nearest("norwood_3", ["norwood_ii", "norwood_iii", "norwood_v"])
    'norwood_iii'
    >>> nearest("norwood_9", ["norwood_ii", "norwood_iii"]) is None
    True

    A name that was begun is near where only one goes on so:

    >>> nearest("dutasteride", ["dutasteride_oral", "finasteride_oral"])
    'dutasteride_oral'
    """
    listed = list(dict.fromkeys(options))
    same = same_name(word, listed)
    if same is not None or not fold(word):
        return same
    folded = fold(word)
    stem, number = _numbered(word)
    slips: list[tuple[int, int, str]] = []
    begun = family(word, listed)
    for place, option in enumerate(listed):
        their_stem, their_number = _numbered(option)
        if number and number == their_number and _is_slip(stem, their_stem):
            return option
        # Another grade or strength is no slip of the pen, however like it looks, nor a word more.
        if option in begun or _numbers_apart(word) != _numbers_apart(option):
            continue
        theirs = fold(option)
        if _is_slip(folded, theirs):
            slips.append((count_edits(folded, theirs), place, option))
    if slips:
        return min(slips)[2]
    return begun[0] if len(begun) == 1 else None


def family(word: str, options: Iterable[str]) -> list[str]:
    """Return the options that begin with the words of a name.

    Examples
    --------
    >>> family("exosome", ["exosomes_adipose", "exosomes_placental", "laser_comb"])
    ['exosomes_adipose', 'exosomes_placental']
    """
    begun = split_words(word)
    if len("".join(begun)) < 4:
        return []
    return [
        option
        for option in dict.fromkeys(options)
        if len(theirs := split_words(option)) > len(begun)
        and all(_is_same_word(*pair) for pair in zip(begun, theirs, strict=False))
    ]


def count_edits(one: str, two: str) -> int:
    """Return how many letters must be put in, left out, changed or swapped with their neighbour.

    Examples
    --------
    >>> count_edits("placbo", "placebo"), count_edits("mael", "male")
    (1, 1)
    """
    before: list[int] = []
    row = list(range(len(two) + 1))
    for i, letter in enumerate(one):
        earlier, before, row = before, row, [i + 1]
        for j, other in enumerate(two):
            edits = min(before[j] + (letter != other), before[j + 1] + 1, row[j] + 1)
            if i and j and letter == two[j - 1] and one[i - 1] == other:
                edits = min(edits, earlier[j - 1] + 1)
            row.append(edits)
    return row[-1]


def _is_same_word(word: str, meant: str) -> bool:
    return re.findall(r"\d+", word) == re.findall(r"\d+", meant) and _is_slip(word, meant)


def _is_slip(word: str, meant: str) -> bool:
    if word == meant:
        return True
    length = max(len(word), len(meant))
    if length <= 3:
        # In so short a word only letters that were swapped or doubled are a slip.
        return length == 3 and sorted(set(word)) == sorted(set(meant))
    allowed = 1 if length <= 5 else 2 if length <= 9 else 3
    if abs(len(word) - len(meant)) > allowed:
        return False
    edits = count_edits(word, meant)
    # Two wrong letters and another beginning are another word: "visits" is no "limits".
    return edits <= 1 or (edits <= allowed and word[0] == meant[0])


def _numbers_apart(word: str) -> list[int]:
    """Return the numbers of one or two digits that stand apart in a name, or begin a word of it.

    A year may well be mistyped, and a digit that ends a word is a letter of it.

    Examples
    --------
    >>> _numbers_apart("norwood_iii"), _numbers_apart("finasteride_5mg"), _numbers_apart("ec50")
    ([3], [5], [])
    """
    plain = word[:LONGEST].lower()
    numbers = re.findall(r"(?:^|[^a-z\d.])(?:(\d{1,2})(?!\d)|([ivx]{1,4})$)", plain)
    romans = [_ROMAN.index(roman) + 1 for _, roman in numbers if roman in _ROMAN]
    return [int(digits) for digits, _ in numbers if digits] + romans


def _numbered(word: str) -> tuple[str, int]:
    """Return a name without the number at its end, folded, and that number or 0.

    Examples
    --------
    >>> _numbered("norwood_iii"), _numbered("Norwood3"), _numbered("mix")
    (('norwood', 3), ('norwood', 3), ('mix', 0))
    """
    plain = word[:LONGEST].lower().strip()
    match = re.fullmatch(r"(.*?)(?:[\s_.-]*(?<!\d)(\d{1,2})|[\s_.-]+([ivx]{1,4}))", plain)
    if match is None or not fold(match[1]):
        return fold(plain), 0
    if match[2]:
        return fold(match[1]), int(match[2])
    roman = match[3]
    return (fold(match[1]), _ROMAN.index(roman) + 1) if roman in _ROMAN else (fold(plain), 0)
