"""The probability of what is seen of a single follicle at a few visits, without drawing one.

A follicle runs through its phases as a semi-Markov process (model sections 3 and 5.1): the clock of
a phase advances by a log-normal duration before it ends, and at the start of the grid the process
is in equilibrium, a phase that runs being length-biased. Of each follicle it is known in which of
some states it was at some visits; when it changed between them is not (interval censoring).

On a grid of even steps, with L_p the reading of a clock, F_p and R_p the law of a whole duration
and of the rest of one that is met running, and e_p(s) the probability to enter phase p in step s
while agreeing with every visit so far:

    e_q(t) = first_p(t) + sum over s < t of e_p(s) [F_p(d(s, t)) - F_p(d(s, t - 1))]
    d(s, t) = L_p(t) - L_p(s - 1/2)

where q follows p, and first_p is the same for the phase met at the start, by R_p. A visit strikes
out what does not agree with it. Whatever enters in a step does so in its middle, which errs by the
square of the step; the probabilities of all that can be seen add up to one exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from follicle_sim.base.codes import CYCLE
from follicle_sim.base.types import Floats

HIDDEN, GROWING, CATAGEN, TELOGEN, KENOGEN = range(5)
"""States told apart: anagen before the shaft is out of the skin, anagen after it, and the rest."""

STATES = 5

SEEN: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "anagen": (HIDDEN, GROWING),
        "catagen": (CATAGEN,),
        "telogen": (TELOGEN,),
        "kenogen": (KENOGEN,),
        "growing": (GROWING,),
        "resting": (CATAGEN, TELOGEN),
        "hair": (GROWING, CATAGEN, TELOGEN),
        "empty": (HIDDEN, KENOGEN),
    }
)
"""What may be seen of a follicle, and the states that agree with it. A biopsy tells the four
phases, two photographs growing, resting and empty, one photograph hair and empty."""

ANAGEN = 0


@dataclass(frozen=True)
class PathLaw:
    """What G kinds of follicles follow on a grid of N nodes.

    Parameters
    ----------
    reading : (G, 4, N)
        Running integral of each phase clock, day; the first cell gives the speeds of equilibrium.
    weight : (G,)
        Share of the follicles.
    mean, sigma : (4,)
        Of each phase: mean intrinsic duration, day, and the sigma of its log-normal law.
    hidden : (G,)
        Steps that a new shaft takes to come out; less than the first visit is from the start.
    """

    reading: Floats
    weight: Floats
    mean: Floats
    sigma: Floats
    hidden: NDArray[np.int64]


def other_words(words: Iterable[str]) -> int:
    """Return how many other words a look at a follicle could have shown that uses these.

    Examples
    --------
    >>> other_words(["telogen"]), other_words(["growing", "empty"]), other_words(["hair", "empty"])
    (3, 2, 1)
    """
    used = set(words)
    if used & {"anagen", "catagen", "telogen", "kenogen"}:
        return 3
    return 2 if used & {"growing", "resting"} else 1


def agreement(words: Sequence[str], misread: float = 0.0, others: int = 1) -> Floats:
    """Return the chance (V, 5) of what was seen at V visits, in each state; "" is a missed visit.

    Parameters
    ----------
    words
        Keys of `SEEN`.
    misread
        Chance that a visit shows a word that does not agree with the state.
    others
        Over how many words that chance is spread.

    Examples
    --------
    >>> agreement(["hair", ""]).tolist()
    [[0.0, 1.0, 1.0, 1.0, 0.0], [1.0, 1.0, 1.0, 1.0, 1.0]]
    """
    chance = np.ones((len(words), STATES))
    for v, word in enumerate(words):
        if word:
            agrees = np.isin(np.arange(STATES), SEEN[word])
            chance[v] = np.where(agrees, 1.0 - misread, misread / others)
    return chance


def path_probability(law: PathLaw, visits: NDArray[np.int64], allowed: Floats) -> Floats:
    """Return the probability (P,) of each of P patterns of what is seen.

    Parameters
    ----------
    law
        Of the follicles.
    visits : (V,)
        Node of each visit, increasing.
    allowed : (P, V, 5)
        Of each pattern: an `agreement`.
    """
    total = np.zeros(len(allowed))
    for g, weight in enumerate(law.weight):
        total += weight * _of_one_kind(law, g, visits, allowed)
    return total


def _of_one_kind(law: PathLaw, g: int, visits: NDArray[np.int64], allowed: Floats) -> Floats:
    """Return the probability (P,) of each pattern in one kind of follicles."""
    reading = law.reading[g, :, : int(visits[-1]) + 1]
    patterns, phases, nodes = len(allowed), len(CYCLE), reading.shape[1]
    share, first, stays = _from_the_start(reading, law)
    leaves, remains = _of_whole_durations(reading, law)
    entered = np.zeros((phases, patterns, nodes))
    alive = np.ones((phases, patterns))
    at = {int(node): v for v, node in enumerate(visits)}
    for t in range(nodes):
        if t > 0:
            for p in range(phases):
                ends = alive[p] * (share[p] * first[p, t - 1])
                ends += entered[p, :, 1:t] @ leaves[p, t, 1:t]
                entered[(p + 1) % phases, :, t] = ends
        if t in at:
            _strike_out(entered, alive, allowed[:, at[t]], t, int(law.hidden[g]))
    total = (share * stays) @ alive
    for p in range(phases):
        total += entered[p] @ remains[p]
    return np.asarray(total)


def _strike_out(entered: Floats, alive: Floats, seen: Floats, t: int, hidden: int) -> None:
    """Weigh, in place, by how well each state agrees with what is seen (P, 5) at node t."""
    young = max(0, t - hidden + 1)
    entered[ANAGEN][:, young : t + 1] *= seen[:, [HIDDEN]]
    entered[ANAGEN][:, :young] *= seen[:, [GROWING]]
    alive[ANAGEN] *= seen[:, GROWING]
    for phase in range(1, len(CYCLE)):
        entered[phase][:, : t + 1] *= seen[:, [phase + 1]]
        alive[phase] *= seen[:, phase + 1]


def _from_the_start(reading: Floats, law: PathLaw) -> tuple[Floats, Floats, Floats]:
    """Return of the phases met at node 0: shares (4,), ends in each step (4, N - 1), stays (4,)."""
    elapsed = reading - reading[:, :1]
    whole = law.mean / np.maximum(elapsed[:, 1], 1e-300)
    gone = np.stack([_rest_below(elapsed[p], law, p) for p in range(len(CYCLE))])
    return whole / whole.sum(), np.diff(gone, axis=1), 1.0 - gone[:, -1]


def _of_whole_durations(reading: Floats, law: PathLaw) -> tuple[Floats, Floats]:
    """Return of what enters in step s: ends in step t (4, t, s), and stays to the end (4, s)."""
    nodes = reading.shape[1]
    middle = reading.copy()
    middle[:, 1:] = 0.5 * (reading[:, 1:] + reading[:, :-1])
    leaves = np.zeros((len(CYCLE), nodes, nodes))
    stays = np.zeros((len(CYCLE), nodes))
    s, t = np.triu_indices(nodes)
    for p in range(len(CYCLE)):
        below = np.zeros((nodes, nodes))
        below[s, t] = _below(reading[p, t] - middle[p, s], law, p)
        stays[p] = 1.0 - below[:, -1]
        np.fill_diagonal(
            below, 0.0
        )  # a phase that ends within its first half step ends in the next
        stays[p, -1] = 1.0
        leaves[p, 1:] = np.diff(below, axis=1).T
    return leaves, stays


def _below(clock: Floats, law: PathLaw, p: int) -> Floats:
    """Return the law F of the intrinsic duration of a phase."""
    if law.sigma[p] == 0.0 or law.mean[p] == 0.0:
        return np.asarray(clock >= law.mean[p], dtype=np.float64)
    return np.asarray(ndtr(_score(clock, law, p) + 0.5 * law.sigma[p]))


def _rest_below(clock: Floats, law: PathLaw, p: int) -> Floats:
    """Return the law of the rest of a phase met running: E[min(D, clock)] / E[D]."""
    mean, sigma = law.mean[p], law.sigma[p]
    if mean == 0.0:
        return np.ones_like(clock)
    if sigma == 0.0:
        return np.asarray(np.minimum(clock, mean) / mean)
    score = _score(clock, law, p)
    lasts = clock / mean * ndtr(-(score + 0.5 * sigma))
    return np.asarray(ndtr(score - 0.5 * sigma) + np.where(clock > 0.0, lasts, 0.0))


def _score(clock: Floats, law: PathLaw, p: int) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.maximum(clock, 0.0) / law.mean[p]) / law.sigma[p])
