"""What a count becomes on its way from the scalp to the record."""

from dataclasses import dataclass

import numpy as np

from follicle_sim.base.codes import Decision
from follicle_sim.base.types import Floats
from follicle_sim.protocol.operators import factors_of_operators
from follicle_sim.protocol.optics import border_share, clumping, moved_share, told_apart
from follicle_sim.scenario.tables.instrument import Instrument
from follicle_sim.simulation.instrument.reading_draws import ReadingDraws, binomial, poisson

MATCHED = 0x7FFFFFFE
"""Name of the reading that all visits share where hairs are matched; no visit has it."""


@dataclass(frozen=True)
class Scalp:
    """What is there to be counted, past the limits of the instrument; arrays (S, V)."""

    total: Floats  # visible hairs
    terminal: Floats
    living: Floats  # follicles, empty ones too
    area: Floats  # (S, 1) cm2


def errs(instrument: Instrument) -> bool:
    """Tell whether counts go through more than a reader's error."""
    return (
        instrument.occlusion > 0.0
        or instrument.border != "exit"
        or instrument.relocation > 0.0
        or instrument.missed > 0.0
        or instrument.missed_thin > 0.0
        or instrument.false_hairs > 0.0
        or instrument.count_bias != 1.0
        or instrument.operator_error > 0.0
        or instrument.matched
    )


def count_hairs(instrument: Instrument, scalp: Scalp, luck: ReadingDraws) -> tuple[Floats, Floats]:
    """Return all and terminal hairs as written down: whole numbers but on average, (S, V).

    Thick hairs hide thin ones, so hairs that merge are missing from the thin ones. Where hairs are
    matched, all images are read alike: one error for all visits, which a relative change does not
    show, and the error that matching leaves.
    """
    common = luck.at(MATCHED) if instrument.matched else luck
    view = _view(instrument, scalp, common)
    thick = told_apart(scalp.terminal, scalp.living, instrument.occlusion)
    every = told_apart(scalp.total, scalp.living, instrument.occlusion)
    thin = np.maximum(0.0, every - thick) * view
    thick = thick * view
    if instrument.matched:
        thick, thin = _found_alike(instrument, thick, thin, common)
    else:
        thick, thin = _found(instrument, thick, thin, luck)
    factor = reader_factors(instrument, luck) * operator_factors(instrument, common)
    factor = np.maximum(0.0, factor * instrument.count_bias)
    total = luck.whole((thick + thin) * factor)
    return total, np.minimum(total, luck.whole(thick * factor))


def reader_factors(instrument: Instrument, luck: ReadingDraws) -> Floats:
    """Return (S, V) multiplicative errors of the counts of one reading; 1 for a perfect reader.

    Two readings never share an error, unless hairs are matched.
    """
    z = np.zeros(np.broadcast_shapes(luck.subject.shape, luck.reading.shape))
    if instrument.reader_error:
        common = luck.at(MATCHED) if instrument.matched else luck
        z = instrument.reader_error * common.normal(Decision.READER)
    factor = np.maximum(0.0, 1.0 + z)
    if instrument.matched and instrument.match_error:
        factor *= np.maximum(0.0, 1.0 + instrument.match_error * luck.normal(Decision.MATCHING))
    return factor


def operator_factors(instrument: Instrument, luck: ReadingDraws) -> Floats:
    """Return (S, V) factor of the operator who takes each reading.

    The staff of a trial is the same in all its arms; who sees whom is drawn.
    """
    shape = np.broadcast_shapes(luck.subject.shape, luck.reading.shape)
    if instrument.operator_error == 0.0 or luck.average:
        return np.ones(shape)
    draws = luck if instrument.operators_by == "visit" else luck.at(MATCHED)
    operator = np.floor(draws.uniform(Decision.OPERATOR) * instrument.operators).astype(np.int64)
    return factors_of_operators(instrument, luck.seed, luck.replicate, operator)


def _view(instrument: Instrument, scalp: Scalp, luck: ReadingDraws) -> Floats:
    """Return hairs in the image relative to those on the area, (S, V)."""
    hairs = np.maximum(scalp.total, 1.0)
    view = np.ones_like(scalp.total)
    if instrument.border != "exit":
        crossing = border_share(instrument, scalp.area)
        # of the variance of who crosses, 2 / pi comes from how hairs lie on the day
        lie = np.sqrt(2.0 / np.pi * crossing / hairs) * luck.normal(Decision.BORDER)
        view = view + (crossing if instrument.border == "touching" else -crossing) + lie
    if instrument.relocation > 0.0:
        clumps = clumping(instrument, scalp.total, scalp.living)
        strip = np.sqrt(moved_share(instrument, scalp.area) * clumps / hairs)
        view = view + strip * luck.normal(Decision.RELOCATION)
    return np.maximum(0.0, view)


def _shares(instrument: Instrument) -> tuple[float, float]:
    """Return the shares of thick and thin hairs that are found."""
    return 1.0 - instrument.missed, (1.0 - instrument.missed) * (1.0 - instrument.missed_thin)


def _found(
    instrument: Instrument, thick: Floats, thin: Floats, luck: ReadingDraws
) -> tuple[Floats, Floats]:
    """Return terminal and thinner hairs found, each overlooked or not, and marks among the thin."""
    of_thick, of_thin = _shares(instrument)
    hairs = thick + thin
    if of_thick < 1.0:
        thick = binomial(luck.whole(thick), of_thick, luck, Decision.MISSED)
    if of_thin < 1.0:
        thin = binomial(luck.whole(thin), of_thin, luck, Decision.MISSED_THIN)
    if instrument.false_hairs > 0.0:
        thin = thin + poisson(hairs * instrument.false_hairs, luck, Decision.FALSE_HAIR)
    return thick, thin


def _found_alike(
    instrument: Instrument, thick: Floats, thin: Floats, luck: ReadingDraws
) -> tuple[Floats, Floats]:
    """Return what is found when all images are read together: the same share at every visit."""
    of_thick, of_thin = _shares(instrument)
    kinds = thick * of_thick, thin * of_thin + (thick + thin) * instrument.false_hairs
    variance = thick * of_thick * (1.0 - of_thick) + thin * of_thin * (1.0 - of_thin)
    total = np.maximum(kinds[0] + kinds[1], 1.0)
    alike = np.maximum(0.0, 1.0 + np.sqrt(variance) / total * luck.normal(Decision.MISSED))
    return kinds[0] * alike, kinds[1] * alike
