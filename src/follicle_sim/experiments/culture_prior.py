"""From a culture to a scalp: what a dish says of a potency is a prior, and a wide one.

What follicles of a culture do with and without a treatment is turned into a ratio of the speeds at
which anagen ends; the potency that would do as much on a scalp is the middle of a log-normal prior.
Its width has two parts: the luck of so many follicles, and the transfer, which is an assumption
(`pharmacology/bench.toml`). Nothing uses it unless it is asked for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.optimize import brentq

from follicle_sim.base.arguments import check_number, check_text, check_whole, refused
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.normal import NORMAL_90
from follicle_sim.biology.factors import FLOOR, load_factors
from follicle_sim.evidence.observed import observations
from follicle_sim.pharmacology.bench import load_bench
from follicle_sim.pharmacology.library import load_treatment
from follicle_sim.pharmacology.treatment import Treatment

STUDY = "ahn_2012"
FOLLICLES = 70
"""In each arm of the study: half of 140, in equal arms (assumption)."""

MOST_POTENCY = 1e4
OWN = "your own culture"
DOOR = "culture_prior"


@dataclass(frozen=True, slots=True)
class Dish:
    """What was counted in a culture at its end.

    Parameters
    ----------
    control, treated
        Shares of follicles still in anagen, between 0 and 1.
    follicles
        In each of the two arms.
    source
        Where the shares are from.
    """

    control: float
    treated: float
    follicles: int
    source: str

    @property
    def log_ratio(self) -> float:
        """Natural log of the hazard of catagen with the treatment over that without."""
        return math.log(math.log(self.treated) / math.log(self.control))

    @property
    def standard_error(self) -> float:
        """Of `log_ratio`: the luck of so many follicles, as if they came from one donor."""
        return math.sqrt(sum(_variance(p, self.follicles) for p in (self.control, self.treated)))


@dataclass(frozen=True, slots=True)
class PotencyPrior:
    """What a culture says of the potency of a treatment on a scalp.

    Parameters
    ----------
    treatment, dish
        Whose potency, and from what.
    median
        Potency that slows the end of anagen on a scalp as in the dish.
    log_sd
        Standard deviation of its natural logarithm.
    luck, transfer
        The two parts of the width, as standard deviations of the log of the effect.
    present
        Potency that the treatment has without any of this.
    """

    treatment: str
    dish: Dish
    median: float
    log_sd: float
    luck: float
    transfer: float
    present: float

    @property
    def low(self) -> float:
        """Lower end of the middle 90 %."""
        return self.median * math.exp(-NORMAL_90 * self.log_sd)

    @property
    def high(self) -> float:
        """Upper end of the middle 90 %."""
        return self.median * math.exp(NORMAL_90 * self.log_sd)

    @property
    def parameter(self) -> str:
        """Name of the potency among biology parameters, as `fit_scenario` takes it."""
        return f"potency_{self.treatment}"


def published_dish() -> Dish:
    """Return the culture of the registry of which both shares were read.

    Examples
    --------
    >>> dish = published_dish()
    >>> dish.treated, round(dish.log_ratio, 3), round(dish.standard_error, 2)
    (0.708, -0.816, 0.28)
    """
    rows = [row for row in observations(STUDY) if row.endpoint == "anagen_retention"]
    share = {row.role: row.value for row in rows}
    return Dish(share["placebo"], share["treatment"], FOLLICLES, " and ".join(r.id for r in rows))


def culture_prior(
    treatment: str | Treatment,
    *,
    control: float | None = None,
    treated: float | None = None,
    follicles: int | None = None,
) -> PotencyPrior:
    """Return the prior that a culture gives for a potency; off unless somebody uses it.

    The hazard of catagen in the dish changes by exp(`dish.log_ratio`), and so would the speed of
    the anagen clock on a scalp: product over factors F of (1 + p S_F)^beta_F at full effect, with
    shares S_F of the treatment's signature and elasticities beta_F of anagen (model sections 5.3
    and 5.5). It is solved for p. That all follicles are struck alike, a hazard, is how the
    elasticity of IGF1 was derived; were the oldest anagens to end first, the effect would be less.

    Parameters
    ----------
    treatment
        Name of one of the library, or one of one's own.
    control, treated
        Shares of follicles still in anagen at the end of a culture, without the treatment in the
        medium and with it, 0 to 1. Default, all three left out: the published culture of IGF-I, as
        if the treatment did to follicles what IGF-I did there.
    follicles
        In each of the two arms.

    Returns
    -------
    For ``fit_scenario(scenario, priors={prior.parameter: prior.log_sd})``, with the potency of the
    scenario set to `median`.

    Raises
    ------
    InputError
        Shares that are none, nothing gained in the dish, or a treatment that delays no catagen.

    Examples
    --------
    >>> prior = culture_prior("minoxidil_topical_5")
    >>> round(prior.median, 1), round(prior.log_sd, 1)
    (11.9, 1.7)
    """
    dish = _dish(control, treated, follicles)
    if not isinstance(treatment, Treatment):
        treatment = load_treatment(check_text(DOOR, "treatment", treatment))
    beta = _elasticities(treatment)
    effect = -dish.log_ratio
    luck, transfer = dish.standard_error / effect, load_bench().transfer.sd_log.value
    width = math.hypot(luck, transfer)
    median = _potency(beta, effect, treatment.name)
    ends = [_potency(beta, effect * math.exp(side * width), treatment.name) for side in (-1.0, 1.0)]
    return PotencyPrior(
        treatment=treatment.name,
        dish=dish,
        median=median,
        log_sd=0.5 * math.log(ends[1] / ends[0]),
        luck=luck,
        transfer=transfer,
        present=0.0 if treatment.potency is None else treatment.potency.value,
    )


def _dish(control: float | None, treated: float | None, follicles: int | None) -> Dish:
    """Return a culture of the reader's own, checked; the published one where nothing is given."""
    given = {"control": control, "treated": treated, "follicles": follicles}
    absent = [name for name, value in given.items() if value is None]
    if len(absent) == len(given):
        return published_dish()
    if control is None or treated is None or follicles is None:
        message = "missing; a culture of your own needs all three, or none of them"
        raise InputError(DOOR, [Problem(", ".join(absent), message)])
    for name, share in (("control", control), ("treated", treated)):
        if not 0.0 < check_number(DOOR, name, share) < 1.0:
            allowed = "a share of follicles still in anagen, between 0 and 1"
            raise refused(DOOR, name, share, allowed)
    check_whole(DOOR, "follicles", follicles)
    if treated <= control:
        message = (
            f"{100 * treated:g} % still in anagen with the treatment and {100 * control:g} % "
            "without: nothing was gained in the dish, so it gives no prior"
        )
        raise InputError(DOOR, [Problem("treated", message)])
    return Dish(control, treated, follicles, OWN)


def _variance(share: float, follicles: int) -> float:
    """Return the variance of ln(-ln p) of a binomial share, by the delta method."""
    return (1.0 - share) / (follicles * share * math.log(share) ** 2)


def _elasticities(drug: Treatment) -> tuple[tuple[float, float], ...]:
    """Return (share S, elasticity of anagen) of each factor of a treatment that moves anagen."""
    table = load_factors()
    beta = dict(zip(table.names, table.elasticities("anagen"), strict=True))
    parts = tuple(
        (share.value, beta[name])
        for name, share in drug.signature.items()
        if beta[name] != 0.0 and share.value != 0.0
    )
    if not parts:
        message = (
            "none of its factors moves the end of anagen, which is all that a culture shows; a "
            "culture says nothing of its potency"
        )
        raise InputError(DOOR, [Problem(drug.name, message)])
    return parts


def _potency(parts: tuple[tuple[float, float], ...], effect: float, name: str) -> float:
    """Return the potency at which ln of the anagen clock's speed is -effect."""

    def excess(log_potency: float) -> float:
        potency = math.exp(log_potency)
        gained = -sum(b * math.log(max(FLOOR, 1.0 + potency * s)) for s, b in parts)
        return gained - effect

    low, high = math.log(1e-9), math.log(MOST_POTENCY)
    if excess(low) >= 0.0 or excess(high) <= 0.0:
        message = (
            f"no potency up to {MOST_POTENCY:g} makes its factors slow the end of anagen by a "
            f"factor of {math.exp(effect):.3g}"
        )
        raise InputError(DOOR, [Problem(name, message)])
    return float(math.exp(brentq(excess, low, high, xtol=1e-12)))
