"""One condition: what acts on the follicles of its people, and what its grades are.

Attacks end the growth of a hair, losses end a follicle, changes of the clocks make phases longer or
shorter, changes of calibre make shafts thinner with age, signals are hormones, and patches say
where and when that is so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from follicle_sim.biology.causes import (
    CalibreChange,
    Cause,
    ClockChange,
    Hazard,
    Patches,
    SignalChange,
)
from follicle_sim.biology.hairline import Hairline

SIGNAL = "IFNG"
"""Factor that drives the immune attack."""


@dataclass(frozen=True)
class Scale:
    """A published scale of severity: what it is called, and which grade each of its classes is."""

    title: str
    words: tuple[str, ...]
    classes: Mapping[str, str]
    source: str


@dataclass(frozen=True)
class Pattern:
    """A grade that one target area cannot tell from others: it differs in where hair is lost.

    severity : as in `Condition.severities`
    classes : of the published scales, which mean it where the whole head is looked at
    """

    severity: float
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """What a condition does to follicles.

    `severities` are multiples of the fitted baseline miniaturisation, or, of a condition with
    patches, the percentage of the scalp they cover; `follicle_density` (cm-2) is the usual one, for
    scenarios that give a count of hairs instead; `scales` are ways to name a grade;
    `typical_spread` names the condition whose people differ as much; `miniaturised` is the multiple
    of miniaturisation where the severity is of something else, None where it is the severity;
    `variation` are coefficients of variation by phase in place of the usual ones; `includes` are
    the conditions whose causes it has already; `hairline` is the band behind a line that recedes,
    None for any other area; `patterns` are further grades that nobody is classed as by one area
    alone; `elongation` is the growth of a shaft in a dish relative to that on a scalp, None for
    follicles on a scalp.
    """

    name: str
    title: str
    source: str
    androgen_sensitive: bool
    default_severity: str
    severities: Mapping[str, float]
    follicle_density: float
    scales: tuple[Scale, ...] = ()
    typical_spread: str = ""
    attacks: tuple[Hazard, ...] = ()
    losses: tuple[Hazard, ...] = ()
    clocks: tuple[ClockChange, ...] = ()
    calibres: tuple[CalibreChange, ...] = ()
    signals: tuple[SignalChange, ...] = ()
    patches: Patches | None = None
    miniaturised: float | None = None
    variation: Mapping[str, float] = field(default_factory=dict)
    includes: tuple[str, ...] = ()
    hairline: Hairline | None = None
    patterns: Mapping[str, Pattern] = field(default_factory=dict)
    elongation: float | None = None

    @property
    def grades(self) -> dict[str, float]:
        """Return the severity of every grade that people may be said to have, patterns last."""
        return {**self.severities, **{name: row.severity for name, row in self.patterns.items()}}

    def severity(self, grade: str | float | Mapping[str, float] | None) -> float:
        """Return the multiple for a class name, a number, or None for the default class.

        For a mixture of classes with their shares, it is the mean multiple.
        """
        if isinstance(grade, Mapping):
            return sum(share * self.grades[name] for name, share in grade.items())
        if isinstance(grade, str):
            return self.grades[grade]
        return self.severities[self.default_severity] if grade is None else float(grade)

    @property
    def parameters(self) -> dict[str, float]:
        """Biology parameters that the condition sets, by name."""
        return {f"{phase}_cv": value for phase, value in self.variation.items()}

    @property
    def inflamed(self) -> Mapping[int, Hazard]:
        """Losses that follow interferon-gamma, by number among all hazards: how active it is."""
        first = len(self.attacks)
        return {
            number: loss
            for number, loss in enumerate(self.losses, start=first)
            if SIGNAL in {name for name, _ in loss.through}
        }

    @property
    def quiet(self) -> bool:
        """True where nothing of the condition changes from day to day, but for slow loss."""
        dated = any(change.course.dated for change in self.signals)
        return not (self.attacks or self.clocks or self.calibres or dated)

    @property
    def follows_age(self) -> bool:
        """True where something depends on how old people are."""
        return bool(self.calibres) or any(clock.by_age is not None for clock in self.clocks)

    @property
    def by_age(self) -> tuple[ClockChange, ...]:
        """Changes of clocks that follow age and nothing else."""
        return tuple(
            clock
            for clock in self.clocks
            if clock.by_age is not None
            and not (clock.course.dated or clock.within_patches or clock.through or clock.harmed)
        )

    @property
    def late(self) -> tuple[int, ...]:
        """Numbers of the conditions that come earlier in some people and later in others."""
        by_day = {cause.trigger for cause in self.causes if cause.course.start_sd > 0.0}
        curves = [(clock.trigger, clock.by_age) for clock in self.clocks]
        curves += [(change.trigger, change.rate) for change in self.calibres]
        by_age = {trigger for trigger, curve in curves if curve is not None and curve.spread > 0.0}
        return tuple(sorted(by_day | by_age))

    @property
    def causes(self) -> tuple[Cause, ...]:
        """All that it does."""
        return (*self.attacks, *self.losses, *self.clocks)

    @property
    def factors(self) -> frozenset[str]:
        """Names of the factors that something of it follows."""
        return frozenset(name for cause in self.causes for name, _ in cause.through)

    @property
    def slow_loss(self) -> float:
        """Hazard per day of losing a follicle that acts on everybody at all times."""
        return sum(
            (loss.rate for loss in self.losses if not (loss.course.dated or loss.within_patches)),
            0.0,
        )

    @property
    def before_baseline(self) -> bool:
        """True where it may change the number of hairs before baseline, but for loss and age."""
        slow = (*(loss for loss in self.losses if not loss.course.dated), *self.by_age)
        return any(cause.course.earliest < 0.0 and cause not in slow for cause in self.causes)

    @property
    def lead(self) -> float:
        """Days before baseline from which on something of it happens at a date."""
        starts = [cause.course.earliest for cause in self.causes]
        starts += [change.course.earliest for change in self.signals]
        return max([0.0, *(-start for start in starts if start > -float("inf"))])

    def together_with(self, others: tuple["Condition", ...]) -> "Condition":
        """Return the condition of people who have others besides: all that acts, acts.

        Hazards add and clocks multiply, in whatever order the others come: they are numbered by
        their names. Grades, patches and follicles are those of the first one; a variation is that
        of the first one that has it. Pattern hair loss as another one has its usual severity, and
        its grades are patterns, so that a map of the scalp knows where it takes hair.
        """
        if not others:
            return self
        others = tuple(sorted(others, key=lambda one: one.name))
        every = (self, *others)
        second = next((one for one in others if one.androgen_sensitive), None)
        miniaturised, patterns = self.miniaturised, self.patterns
        if not self.androgen_sensitive and second is not None:
            miniaturised = second.severity(None)
            patterns = {name: Pattern(value, ()) for name, value in second.grades.items()}
        return replace(
            self,
            miniaturised=miniaturised,
            hairline=next((one.hairline for one in every if one.hairline is not None), None),
            elongation=next((one.elongation for one in every if one.elongation is not None), None),
            patterns=patterns,
            androgen_sensitive=any(one.androgen_sensitive for one in every),
            attacks=_numbered([one.attacks for one in every]),
            losses=_numbered([one.losses for one in every]),
            clocks=_numbered([one.clocks for one in every]),
            calibres=_numbered([one.calibres for one in every]),
            signals=_numbered([one.signals for one in every]),
            variation={phase: cv for one in reversed(every) for phase, cv in one.variation.items()},
        )


def _numbered(groups: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Return the causes of several conditions, each with the number of its own trigger."""
    return tuple(
        replace(cause, trigger=number) for number, group in enumerate(groups) for cause in group
    )
