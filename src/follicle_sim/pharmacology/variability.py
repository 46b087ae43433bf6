"""How one treatment differs from person to person and from batch to batch.

Each is switched on by data of the treatment (or of a variant of it) and draws nothing where the
data are silent. All multipliers have mean 1, so that a treatment's mean drive stays what its file
says; the mean *response* still moves a little, because responses bend.
"""

from collections.abc import Mapping

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.draw_names import DrawNames
from follicle_sim.base.numerics import lognormal_multipliers, normals, uniforms
from follicle_sim.base.quantity import Potency, Quantity, Share, Signed, Variation
from follicle_sim.base.types import Floats
from follicle_sim.pharmacology.donor import DonorAge, Health
from follicle_sim.pharmacology.dosing import minutes, word
from follicle_sim.pharmacology.opening import Opening


class Responders(BaseModel):
    """A mixture of two kinds of people.

    `trait` names what makes the difference: treatments with the same trait share the draw, so a
    person who lacks the enzyme lacks it for every strength and form of the drug. `share` is the
    share of responders, `others` the effect in everybody else relative to that in responders.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    trait: str = Field(min_length=1)
    share: Share
    others: Share

    @model_validator(mode="after")
    def _somebody_responds(self) -> "Responders":
        if self.mean == 0.0:
            raise ValueError("nobody responds: share and others are both 0")
        return self

    @property
    def mean(self) -> float:
        """Mean effect relative to a responder's."""
        return self.share.value + (1.0 - self.share.value) * self.others.value

    def multipliers(self, u: Floats) -> Floats:
        """Return the multiplier of the effect, of mean 1, for uniform draws of any shape."""
        effect = np.where(u < self.share.value, 1.0, self.others.value)
        return np.asarray(effect / self.mean)

    def draw(self, who: DrawNames) -> Floats:
        """Return the uniform draw (S,) that makes each person a responder below `share`."""
        name = word(self.trait)
        decision = int(Decision.RESPONDER)
        return uniforms(*who.keys, who.ids, SUBJECT_LEVEL, name, decision)


class Variant(BaseModel):
    """A hypothesis about a treatment: what it puts in place of the file's own entries."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str = Field(min_length=1)
    signature: Mapping[str, Signed] | None = None
    potency: Potency | None = None
    person_cv: Variation | None = None
    batch_cv: Variation | None = None
    responders: Responders | None = None
    opens: Opening | None = None
    donor_age: DonorAge | None = None
    donor_health: Health | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the names of the entries it replaces."""
        names = (name for name in type(self).model_fields if name != "reason")
        return tuple(name for name in names if getattr(self, name) is not None)


def cv_of(quantity: Quantity | None) -> float:
    """Return a coefficient of variation, 0 where none is given."""
    return 0.0 if quantity is None else float(quantity.value)


def person_multipliers(
    treatment: str,
    person_cv: float,
    responders: Responders | None,
    who: DrawNames,
) -> Floats | None:
    """Return each person's multiplier of the effect of one treatment, None where all are equal.

    Parameters
    ----------
    treatment : its name, which names the draw of `person_cv`
    person_cv : coefficient of variation between people (log-normal, mean 1)
    responders : mixture of two kinds of people, drawn by its trait
    who : names of the draws of S people

    Returns
    -------
    (S,) of mean 1, or None
    """
    if person_cv == 0.0 and responders is None:
        return None
    out = np.ones(len(who.ids))
    if person_cv > 0.0:
        decision = int(Decision.PERSON_EFFECT)
        z = normals(*who.keys, who.ids, SUBJECT_LEVEL, word(treatment), decision)
        out = out * lognormal_multipliers(person_cv, z)
    if responders is not None:
        out = out * responders.multipliers(responders.draw(who))
    return out


def lot_multipliers(
    product: str, lot_cv: float, lots: int, sessions: int, who: DrawNames, *, nested: bool
) -> Floats:
    """Return what the lots of a product hold relative to their mean.

    A lot is the same for everybody in every arm, so that what it lacks does not average out over
    people: few lots make trials differ, however large they are.

    Parameters
    ----------
    product : its name, which names the draws
    lot_cv : coefficient of variation between lots (log-normal, mean 1)
    lots : number of lots that are used
    sessions : K, numbered in the order of one schedule
    nested : each person is treated from one lot; else from every lot in turn

    Returns
    -------
    (S, K) of mean 1
    """
    name = word(product)
    each = np.arange(lots, dtype=np.uint32)
    decision = int(Decision.LOT_CONTENT)
    z = normals(who.seed, who.replicate, 0, SUBJECT_LEVEL, name, each, decision)
    contents = lognormal_multipliers(lot_cv, z)
    if nested:
        u = uniforms(*who.keys, who.ids, SUBJECT_LEVEL, name, int(Decision.LOT_OF_PERSON))
        lot = np.minimum((u * lots).astype(np.int64), lots - 1)
        return np.repeat(contents[lot][:, None], sessions, axis=1)
    return np.tile(contents[np.arange(sessions) % lots], (len(who.ids), 1))


def batch_multipliers(
    treatment: str,
    times: Floats,
    batch_cv: float,
    who: DrawNames,
    *,
    shared: bool = False,
) -> Floats:
    """Return how much of its nominal content each dose holds, one batch a person and session.

    Doses of one treatment due in the same minute come from one batch. A batch of one's own is what
    a clinic uses up at one visit; a trial that buys a lot for a session gives it to everybody, so
    that it errs alike for the whole arm and for every arm with that treatment, and does not average
    out over people. Studies rarely say which it was: a scenario says so for each dose.

    Parameters
    ----------
    times : (K,) day
    batch_cv : coefficient of variation between batches (log-normal, mean 1)
    shared : one batch for everybody treated in the same minute since baseline

    Returns
    -------
    (S, K) of mean 1, (1, K) where batches are shared
    """
    ids, stream = who.column, who.stream
    if shared:
        stream, ids = 0, np.full((1, 1), SUBJECT_LEVEL, dtype=np.uint32)
    decision = int(Decision.BATCH)
    z = normals(who.seed, who.replicate, stream, ids, word(treatment), minutes(times), decision)
    return lognormal_multipliers(batch_cv, z)
