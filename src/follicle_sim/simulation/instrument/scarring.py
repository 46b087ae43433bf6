"""What a doctor reads of a scarring disease: where the hairline stands, and how active it is.

The line stands where the follicles that are left would end if the band were filled from behind: its
recession is the depth of the band times the share of follicles lost since baseline. The index is
that of lichen planopilaris (LPPAI, 0 to 10): symptoms (pain, itch, burning; mean of 0 to 3), signs
(redness, redness and scale about follicles; mean of 0 to 3), 2.5 for growing hairs that come out
when pulled, and 1.5 for a patch that spreads. That it goes from 0 to 10 and is made of these four
is published; the weights are from memory (Chiang 2010, J Am Acad Dermatol 62:387; unverified).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.codes import Decision
from follicle_sim.base.types import Floats
from follicle_sim.base.units import YEAR
from follicle_sim.scenario.tables.instrument import Instrument
from follicle_sim.simulation.instrument.reading_draws import ReadingDraws

MOST_SYMPTOMS, MOST_SIGNS, MOST_PULL, MOST_SPREAD = 3.0, 3.0, 2.5, 1.5
MOST_INDEX = MOST_SYMPTOMS + MOST_SIGNS + MOST_PULL + MOST_SPREAD


@dataclass(frozen=True)
class Disease:
    """What there is to be seen of a scarring disease in S people at V visits.

    Parameters
    ----------
    activity : (S, V)
        1 in a usual untreated person, 0 where it is silent; (S, 0) where nothing is inflamed.
    depth
        Of the band behind the hairline, mm; None where there is no line.
    natives : (S,)
        Follicles that the band had before anything was lost.
    living : (S, V)
        Follicles that are left, grafts among them.
    days : (V,)
        Since baseline.
    threshold : (S, 1)
        Uniform of each person, the same in every arm and at every visit: hairs come out as long as
        activity is enough for this person.
    """

    activity: Floats
    depth: float | None
    natives: Floats
    living: Floats
    days: Floats
    threshold: Floats


def part_of(activity: Floats, half: float) -> Floats:
    """Return how far a part of the index is towards its most, 0 to 1: a / (a + half).

    That it saturates so is an assumption; `half` is met in a published table (methods.toml).
    """
    return np.asarray(activity / (activity + half))


def index_of(instrument: Instrument, activity: Floats, threshold: Floats) -> Floats:
    """Return the activity index (S, V), 0 to 10 points, as a reader without error finds it.

    threshold : (S, 1) uniforms; hairs come out where the part of the pull is above it

    Examples
    --------
    >>> activity, half = np.array([[0.0, 1.0, 1e12]]), np.array([[0.5]])
    >>> index_of(Instrument(), activity, half).round(2).tolist()
    [[0.0, 4.01, 10.0]]
    """
    symptoms = MOST_SYMPTOMS * part_of(activity, instrument.index_symptoms)
    signs = MOST_SIGNS * part_of(activity, instrument.index_signs)
    pulled = part_of(activity, instrument.index_pull) > threshold
    spread = MOST_SPREAD * part_of(activity, instrument.index_spread)
    return np.asarray(symptoms + signs + MOST_PULL * pulled + spread)


def read_scarring(
    instrument: Instrument, disease: Disease, luck: ReadingDraws, baseline: NDArray[np.int64]
) -> dict[str, Floats]:
    """Return what an instrument makes of a scarring disease, as far as it measures it.

    baseline : (1,) number of the visit at day 0; (0,) without one, and nothing is known of the line

    Returns
    -------
    `hairline_recession` (mm), `hairline_speed` (mm/year; NaN at day 0), `hairline_stable` (1 where
    the line has moved less than the limit) and `lppai` (points), each (S, V).
    """
    readings: dict[str, Floats] = {}
    if disease.depth is not None:
        moved = _recession(instrument, disease, disease.depth, luck, baseline)
        with np.errstate(invalid="ignore", divide="ignore"):
            speed = np.where(disease.days == 0.0, np.nan, moved * YEAR / disease.days)
            stable = np.where(np.isnan(moved), np.nan, moved <= instrument.line_limit)
        readings |= {"hairline_recession": moved, "hairline_speed": speed}
        readings["hairline_stable"] = stable
    if disease.activity.shape[1] > 0:
        index = index_of(instrument, disease.activity, disease.threshold)
        if instrument.index_error:
            scatter = instrument.index_error * luck.normal(Decision.INDEX_READING)
            index = np.where(index == 0.0, 0.0, np.clip(index + scatter, 0.0, MOST_INDEX))
        readings["lppai"] = index
    return {name: values for name, values in readings.items() if name in instrument.measures}


def _recession(
    instrument: Instrument,
    disease: Disease,
    depth: float,
    luck: ReadingDraws,
    baseline: NDArray[np.int64],
) -> Floats:
    """Return (S, V) by how much the line has moved back since baseline, mm; 0 at baseline."""
    if baseline.size == 0:
        return np.full(disease.living.shape, np.nan)
    line = -depth * disease.living / disease.natives[:, None]
    if instrument.line_error:
        line = line + instrument.line_error * luck.normal(Decision.LINE_READING)
    return np.asarray(line - line[:, baseline])
