"""One reading of an arm: the variables of a result, as the instrument shows them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.codes import SUBJECT_LEVEL, Decision, Phase
from follicle_sim.base.numerics import uniforms
from follicle_sim.base.types import Floats
from follicle_sim.protocol.protocol import PlannedArm, Protocol
from follicle_sim.protocol.streams import stream_of
from follicle_sim.protocol.timeline import SHED_WINDOW
from follicle_sim.results.variables import OF_INSTRUMENTS
from follicle_sim.scenario.tables.instrument import Instrument
from follicle_sim.simulation.engine.agents import sight
from follicle_sim.simulation.instrument.counts import (
    MATCHED,
    Scalp,
    count_hairs,
    errs,
    reader_factors,
)
from follicle_sim.simulation.instrument.culture import Dish, elongation_of, retention_of
from follicle_sim.simulation.instrument.extent import read_extent
from follicle_sim.simulation.instrument.reading_draws import ReadingDraws, binomial, poisson
from follicle_sim.simulation.instrument.scarring import Disease, read_scarring
from follicle_sim.simulation.people.cohort import Cohort

SCREENING_MINUTE = 0x7FFFFFFF
"""Name of a reading taken to decide who is let in; that of a visit is its minute."""

MOST_POINTS = 3.0
"""Of a rating by photographs, up and down."""


def read(
    protocol: Protocol,
    arm: PlannedArm,
    cohort: Cohort,
    tally: Floats,
    *,
    reading: int | None = None,
    instrument: Instrument | None = None,
    cover: Floats | None = None,
    weight: Floats | None = None,
) -> dict[str, Floats]:
    """Return what an instrument makes of one arm.

    What it does not measure is handed on as it is, so that a result always shows the biology too;
    variables of special instruments (`OF_INSTRUMENTS`) are there only where it measures them.

    Parameters
    ----------
    protocol
        Its instrument and its visits.
    arm
        Readings of the same people in two arms share no error.
    cohort
        (S,) people.
    tally
        (S, V, TALLY_COLUMNS) sums over each person's follicles, V visits.
    reading
        Name of the reading in the draws, `SCREENING_MINUTE` or another that no visit has; None for
        the minute of each of the protocol's visits.
    instrument
        Another one than the protocol's, which sees the same hairs.
    cover
        (S, V, R) visible hairs of each of R pieces of scalp relative to health; None where the
        condition has no patches.
    weight
        (R,) share of the scalp that each piece is; one piece is a target area and no scalp.

    Returns
    -------
    Variable name to (S, V), `phase_count` (S, V, 5), `region_cover` (S, V, R). Ratios are NaN where
    nothing was counted.
    """
    instrument = protocol.instrument if instrument is None else instrument
    days = np.array(protocol.visits.days)
    names = np.rint(1440.0 * days) if reading is None else np.full(tally.shape[1], float(reading))
    luck = _luck(protocol, arm, cohort, names)
    readings = _counts(instrument, tally, cohort.area[:, None], luck)
    baseline = np.flatnonzero(days == 0.0) if reading is None else np.array([], np.int64)
    special = _special(instrument, readings, tally, luck, baseline)
    if "follicle_density" in instrument.measures:
        special["follicle_density"] = _living(tally) / cohort.area[:, None]
    if protocol.condition.elongation is not None:
        special |= _in_a_dish(protocol, cohort, tally, baseline, instrument)
    if cover is not None and weight is not None:
        special |= read_extent(instrument, cover, weight, luck)
    return readings | {name: special[name] for name in OF_INSTRUMENTS if name in special}


def read_disease(
    protocol: Protocol,
    arm: PlannedArm,
    cohort: Cohort,
    tally: Floats,
    activity: Floats,
    instrument: Instrument,
) -> dict[str, Floats]:
    """Return what an instrument makes of a scarring disease at each visit of one arm.

    activity : (S, V); (S, 0) where nothing is inflamed
    """
    line = protocol.condition.hairline
    if line is None and activity.shape[1] == 0:
        return {}
    days = np.array(protocol.visits.days)
    living = tally[..., sight.PHASES : sight.PHASES + Phase.LOST].sum(axis=2)
    depth = None if line is None else line.depth
    who = cohort.draw_names
    pull = uniforms(*who.keys, who.column, SUBJECT_LEVEL, 0, int(Decision.INDEX_PULL))
    disease = Disease(activity, depth, cohort.follicles.astype(np.float64), living, days, pull)
    luck = _luck(protocol, arm, cohort, np.rint(1440.0 * days))
    return read_scarring(instrument, disease, luck, np.flatnonzero(days == 0.0))


def _luck(protocol: Protocol, arm: PlannedArm, cohort: Cohort, names: Floats) -> ReadingDraws:
    return ReadingDraws(
        seed=cohort.seed,
        replicate=cohort.replicate,
        stream=stream_of(arm.drawn_as),
        subject=cohort.subject[:, None],
        reading=names.astype(np.int64)[None, :],
        average=protocol.on_average,
    )


def _counts(
    instrument: Instrument, tally: Floats, area: Floats, luck: ReadingDraws
) -> dict[str, Floats]:
    total, terminal = tally[..., sight.SEEN], tally[..., sight.TERMINAL]
    growing = tally[..., sight.SEEN_ANAGEN]
    living = _living(tally)
    if errs(instrument):
        scalp = Scalp(total, terminal, living, area)
        all_counted, thick_counted = count_hairs(instrument, scalp, luck)
        misread = np.ones_like(total)
    else:
        all_counted, thick_counted = total, terminal
        misread = reader_factors(instrument, luck)
    weight = tally[..., sight.WEIGHT_SUM] / area
    if instrument.weight_error or instrument.weight_loss:
        scatter = 1.0 + instrument.weight_error * luck.normal(Decision.WEIGHING)
        weight = weight * (1.0 - instrument.weight_loss) * np.maximum(0.0, scatter)
    with np.errstate(invalid="ignore", divide="ignore"):
        calibre = tally[..., sight.CALIBRE_SUM] / total
        if instrument.calibre_error:
            scatter = 1.0 + instrument.calibre_error * luck.normal(Decision.CALIBRE_READING)
            calibre = calibre * np.maximum(0.0, scatter)
        return {
            "hair_density": misread * all_counted / area,
            "terminal_density": misread * thick_counted / area,
            "vellus_density": misread * (all_counted - thick_counted) / area,
            "shaft_calibre": calibre,
            "anagen_fraction": _anagen_share(instrument, tally, luck),
            "phase_count": tally[..., sight.PHASES : sight.PHASES + len(Phase)],
            "growth_rate": tally[..., sight.GROWTH_SUM] / growing,
            "shed_rate": tally[..., sight.SHED] / area / SHED_WINDOW,
            "hair_weight": weight,
        }


def _in_a_dish(
    protocol: Protocol,
    cohort: Cohort,
    tally: Floats,
    baseline: NDArray[np.int64],
    instrument: Instrument,
) -> dict[str, Floats]:
    """Return what an instrument measures of follicles in organ culture, each (S, V)."""
    ratio = protocol.condition.elongation or 0.0
    dish = Dish(
        tally[..., sight.PHASES + Phase.ANAGEN],
        ratio * protocol.parameters["growth_rate"] * cohort.growth,
        np.array(protocol.visits.days),
    )
    measured = {
        "anagen_retention": retention_of(dish, baseline),
        "shaft_elongation": elongation_of(dish, baseline),
    }
    return {name: values for name, values in measured.items() if name in instrument.measures}


def _living(tally: Floats) -> Floats:
    """Return the follicles (S, V) that are not lost, empty ones too."""
    return np.asarray(tally[..., sight.PHASES : sight.PHASES + Phase.LOST].sum(axis=2))


def _anagen_share(instrument: Instrument, tally: Floats, luck: ReadingDraws) -> Floats:
    """Return the share of counted hairs that are seen to grow.

    Between two images, thin anagen hairs may add less than is noticed, and pass for telogen.
    Overlooked hairs are as often anagen as others; which of them are, is luck.
    """
    total = tally[..., sight.SEEN]
    share = tally[..., sight.GROWS] / total
    overlooked = instrument.missed
    if overlooked == 0.0:
        return share
    left_out = overlooked / (1.0 - overlooked) / np.maximum(total, 1.0)
    common = luck.at(MATCHED) if instrument.matched else luck
    scatter = np.sqrt(share * (1.0 - share) * left_out) * common.normal(Decision.PHASE_READING)
    return np.clip(share + scatter, 0.0, 1.0)


def _special(
    instrument: Instrument,
    readings: dict[str, Floats],
    tally: Floats,
    luck: ReadingDraws,
    baseline: NDArray[np.int64],
) -> dict[str, Floats]:
    measured: dict[str, Floats] = {}
    names = set(instrument.measures) & set(OF_INSTRUMENTS)
    thickness = readings["shaft_calibre"] / 1000.0 * readings["hair_density"]
    # nothing counted is no thickness, not an unknown one
    thickness = np.where(readings["hair_density"] == 0.0, 0.0, thickness)
    if "telogen_fraction" in names:
        measured["telogen_fraction"] = 1.0 - readings["anagen_fraction"]
    if "anagen_density" in names:
        share = np.nan_to_num(readings["anagen_fraction"])
        measured["anagen_density"] = readings["hair_density"] * share
    if "cumulative_thickness" in names:
        measured["cumulative_thickness"] = thickness
    if "global_rating" in names:
        measured["global_rating"] = _rated(instrument, thickness, luck, baseline)
    if names & {"pull_count", "pull_positive"}:
        pulled = _pulled(instrument, tally, luck)
        measured["pull_count"] = pulled
        measured["pull_positive"] = (pulled > instrument.pull_threshold).astype(np.float64)
    if "comb_count" in names:
        shed = readings["shed_rate"] * instrument.comb_area * instrument.comb_days
        measured["comb_count"] = poisson(shed * instrument.comb_catch, luck, Decision.COMB)
    return {name: values for name, values in measured.items() if name in names}


def _pulled(instrument: Instrument, tally: Floats, luck: ReadingDraws) -> Floats:
    """Return how many of the pulled hairs come out: those that would soon have fallen anyway."""
    soon = tally[..., sight.SHED] * instrument.pull_days / SHED_WINDOW
    loose = np.minimum(0.999, soon / np.maximum(tally[..., sight.SEEN], 1.0))
    return binomial(float(instrument.pull_hairs), loose, luck, Decision.PULL)


def _rated(
    instrument: Instrument, thickness: Floats, luck: ReadingDraws, baseline: NDArray[np.int64]
) -> Floats:
    """Return points for the change of coverage since baseline; NaN without a baseline."""
    if baseline.size == 0:
        return np.full(thickness.shape, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        change = thickness / thickness[:, baseline] - 1.0
    points = change / instrument.rating_step
    if instrument.rating_error:
        points = points + instrument.rating_error * luck.normal(Decision.RATING)
    rating = np.clip(luck.whole(points), -MOST_POINTS, MOST_POINTS) + 0.0
    rating[:, baseline] = 0.0
    return np.asarray(rating)
