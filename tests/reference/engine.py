"""A second engine: plain Python, slow, written from the model's equations (sections 3 to 5).

It shares no code with the package and takes only numbers: parameters by name, forcing as lists.
Time is in days, length in mm, calibre in um.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

PHASES = ("anagen", "catagen", "telogen", "kenogen")
LOST = 4
ANAGEN, CATAGEN, TELOGEN, KENOGEN = range(4)

# What a draw decides (Decision): phases decide their own durations.
INITIAL_PHASE, INITIAL_DURATION, ATTACK, DESTRUCTION, STRATUM, FULL_CALIBRE = range(4, 10)
ATTACK_FALLS = 12
GRAFT_SURVIVAL, GRAFT_SHAFT, GRAFT_REST = 26, 27, 28

WORD = 2**32


def philox(counter: Sequence[int], key: Sequence[int]) -> tuple[int, int, int, int]:
    """Philox4x32-10 of Salmon et al. 2011: ten rounds, the key bumped between them."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c0, WORD)
        high1, low1 = divmod(0xCD9E8D57 * c2, WORD)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = (k0 + 0x9E3779B9) % WORD, (k1 + 0xBB67AE85) % WORD
    return c0, c1, c2, c3


def luck(name: Sequence[int], follicle: int, cycle: int, decision: int) -> tuple[float, float]:
    """Return the two uniforms of a decision; name is (seed, replicate, stream, subject).

    Two 32-bit words give one double: their top 26 bits in a row are a 52-bit number, centred.
    """
    seed, replicate, stream, subject = name
    words = philox((subject, follicle, cycle, stream * 256 + decision), (seed, replicate))
    first, second = (((high >> 6) * 2**26 + (low >> 6) + 0.5) / 2**52
                     for high, low in (words[:2], words[2:]))  # fmt: skip
    return first, second


def lognormal(mean: float, cv: float, u: float, *, length_biased: bool = False) -> float:
    """Return the quantile u of a log-normal law, or of that law weighted by its own value."""
    variance = math.log(1.0 + cv * cv)
    z = NormalDist().inv_cdf(u)
    return mean * math.exp(math.sqrt(variance) * z + (0.5 if length_biased else -0.5) * variance)


def relaxed(drive: Sequence[float], tau: float, grid: Sequence[float], start: float) -> list[float]:
    """Solve tau y' = drive - y for a drive that is linear between nodes.

    In a cell y(t) = drive(t) - tau slope + (y0 - drive0 + tau slope) exp(-(t - t0) / tau).
    """
    out = [start]
    for i in range(1, len(grid)):
        step = grid[i] - grid[i - 1]
        lag = tau * (drive[i] - drive[i - 1]) / step
        out.append(drive[i] - lag + (out[-1] - drive[i - 1] + lag) * math.exp(-step / tau))
    return out


def running_integral(values: Sequence[float], grid: Sequence[float]) -> list[float]:
    """Integrate by the trapezoid rule from the start of the grid to each node."""
    out = [0.0]
    for i in range(1, len(grid)):
        out.append(out[-1] + (grid[i] - grid[i - 1]) * (values[i] + values[i - 1]) / 2.0)
    return out


def read(t: float, grid: Sequence[float], table: Sequence[float]) -> float:
    """Return the piecewise linear table at time t."""
    i = 0
    while i < len(grid) - 2 and grid[i + 1] <= t:
        i += 1
    return table[i] + (table[i + 1] - table[i]) * (t - grid[i]) / (grid[i + 1] - grid[i])


def when(level: float, grid: Sequence[float], table: Sequence[float]) -> float:
    """Return when a non-decreasing table passes `level`; infinity if it never does."""
    for i in range(len(grid) - 1):
        if table[i + 1] > level:
            share = (level - table[i]) / (table[i + 1] - table[i])
            return grid[i] + share * (grid[i + 1] - grid[i])
    return math.inf


def by_age(age: float, ages: Sequence[float], values: Sequence[float]) -> float:
    """Return the value at an age: linear between known ages, held beyond them."""
    if age <= ages[0]:
        return values[0]
    for i in range(len(ages) - 1):
        if age < ages[i + 1]:
            share = (age - ages[i]) / (ages[i + 1] - ages[i])
            return values[i] + share * (values[i + 1] - values[i])
    return values[-1]


def sum_by_age(start: float, end: float, ages: Sequence[float], values: Sequence[float]) -> float:
    """Integrate such a value over age: trapezia between the known ages are exact."""
    if end < start:
        return -sum_by_age(end, start, ages, values)
    stops = [start, *(age for age in ages if start < age < end), end]
    heights = [by_age(age, ages, values) for age in stops]
    return running_integral(heights, stops)[-1]


@dataclass(frozen=True)
class Person:
    """Forcing of one subject on the grid."""

    grid: Sequence[float]
    sensitivity: Sequence[float]  # a_g of each stratum
    miniaturisation: Sequence[float]  # M
    reversible: Sequence[float]  # R
    brake: Sequence[float]  # Q
    gain: Sequence[float]  # G
    log_rho: Mapping[str, Sequence[float]]  # by phase
    growth_scale: float = 1.0
    pace: Mapping[str, float] = field(  # log speed by phase
        default_factory=lambda: dict.fromkeys(("anagen", "telogen", "kenogen"), 0.0)
    )
    # (start, duration, hazard, share that falls at once, power of the sensitivity) of each pulse
    attack: Sequence[tuple[float, float, float, float, float]] = ()
    destruction: float = 0.0  # hazard
    destruction_power: float = 0.0
    shaft: Sequence[float] = ()  # C, log of the full size of shafts; empty: 0


def person(
    p: Mapping[str, float],
    grid: Sequence[float],
    sensitivity: Sequence[float],
    levels: Mapping[str, Sequence[float]],
    elasticity: Mapping[str, Mapping[str, float]],
    *,
    severity: float = 1.0,
    progression: float = 1.0,
    **more: object,
) -> Person:
    """Integrate model section 5.2 from factor levels by name; all levels are 1 when untreated.

    elasticity : channel (a phase or "calibre") to factor to beta; severity and progression are
    multiples of the parameters of that name.
    """
    count = len(grid)
    dht = levels.get("DHT", [1.0] * count)
    exposure = running_integral(dht, grid)
    at_baseline = read(0.0, grid, exposure)

    def channel(name: str) -> list[float]:
        betas = elasticity.get(name, {})
        return [
            sum(beta * math.log(levels[factor][i]) for factor, beta in betas.items()
                if factor in levels)
            for i in range(count)
        ]  # fmt: skip

    return Person(
        grid=grid,
        sensitivity=sensitivity,
        miniaturisation=[
            max(0.0, severity * p["severity"] + progression * p["progression"] * (e - at_baseline))
            for e in exposure
        ],
        reversible=relaxed(dht, p["reversible_time"], grid, 1.0),
        brake=relaxed(dht, p["brake_time"], grid, 1.0),
        gain=relaxed(channel("calibre"), p["calibre_time"], grid, 0.0),
        log_rho={phase: channel(phase) for phase in ("anagen", "telogen", "kenogen")},
        **more,  # type: ignore[arg-type]
    )


class Stratum:
    """Tables of one androgen-sensitivity stratum of a person (sections 5.2, 5.3 and 5.6)."""

    def __init__(self, p: Mapping[str, float], who: Person, a: float) -> None:
        s, grid = math.sqrt(a), who.grid
        self.x = [
            min(max(-a * m - p["reversible_scale"] * s * r + g, p["calibre_log_min"]),
                p["calibre_log_max"])
            for m, r, g in zip(who.miniaturisation, who.reversible, who.gain, strict=True)
        ]  # fmt: skip
        self.y = list(self.x)
        for i, full in enumerate(who.shaft):
            lost = -a * who.miniaturisation[i] - p["reversible_scale"] * s * who.reversible[i]
            thin = lost + full if full > 0.0 else min(lost, full)
            y = max(thin + who.gain[i], p["calibre_log_min"])
            self.y[i] = min(y, p["calibre_log_max"])
        growth = p["growth_rate"] * who.growth_scale
        self.grown = running_integral([growth * math.exp(y) for y in self.y], grid)
        size = {"anagen": -p["gamma_anagen"], "telogen": p["gamma_telogen"],
                "kenogen": p["gamma_kenogen"]}  # fmt: skip
        pull = {"anagen": p["brake_anagen"], "telogen": -p["brake_telogen"],
                "kenogen": -p["brake_kenogen"]}  # fmt: skip
        self.clock = []
        for phase in PHASES:
            speed = [1.0] * len(grid)
            if phase != "catagen":
                speed = [
                    math.exp(size[phase] * x + pull[phase] * s * q)
                    * math.exp(rho + who.pace[phase])
                    for x, q, rho in zip(self.x, who.brake, who.log_rho[phase], strict=True)
                ]
            self.clock.append(running_integral(speed, grid))
        self.attacks = [
            [hazard * (a**power if power else 1.0) * min(max(t - start, 0.0), lasting)
             for t in grid]
            for start, lasting, hazard, _, power in who.attack
        ]  # fmt: skip
        self.shares: dict[int, float] = {}  # that fall at once, by cell
        self.attack = [sum(pulse[i] for pulse in self.attacks) for i in range(len(grid))]
        weight = a**who.destruction_power if who.destruction_power else 1.0
        self.destruction = [weight * who.destruction * (t - grid[0]) for t in grid]

    def falls(self, who: Person, t: float) -> float:
        """Return the share of hairs struck at time t that fall at once."""
        grid = who.grid
        i = max(j for j in range(len(grid) - 1) if grid[j] <= t)
        if i not in self.shares:
            rises = [pulse[i + 1] - pulse[i] for pulse in self.attacks]
            falling = [rise * row[3] for rise, row in zip(rises, who.attack, strict=True)]
            self.shares[i] = sum(falling) / sum(rises)
        return self.shares[i]


@dataclass
class Follicle:
    """One follicle, and everything that happened to it."""

    stratum: Stratum
    full_calibre: float
    phase: int
    cycle: int
    entered: float
    due: float  # clock reading at which the phase ends
    mark: float = 0.0  # growth reading at which the present hair began
    club: float = 1.0  # relative calibre at which growth last ended
    shed: float = -math.inf
    attack: float = math.inf
    destruction: float = math.inf
    next: float = math.inf
    first_rest: float | None = None  # of a graft
    log: list[tuple[float, int, int, float, float]] = field(default_factory=list)
    """(time, new phase, cycle, due, time of the event after it) of every event."""


@dataclass(frozen=True)
class Transplant:
    """Follicles set into the patch on one day; times are (mean, CV) in days."""

    day: float
    follicles: int
    survival: float
    shaft: tuple[float, float]
    rest: tuple[float, float]


class Engine:
    """One subject's follicles from the start of the grid on."""

    def __init__(
        self, p: Mapping[str, float], who: Person, name: Sequence[int], *, stationary: bool = True
    ) -> None:
        self.p, self.who, self.name = p, who, name
        self.strata = [Stratum(p, who, a) for a in who.sensitivity]
        self.stationary = stationary
        self.visible_length = 1.0  # mm
        self.donor = Stratum(p, who, 0.0)

    def mean(self, phase: int) -> float:
        return self.p[f"{PHASES[phase]}_mean"]

    def duration(self, i: int, cycle: int, phase: int, **options: bool) -> float:
        u, _ = luck(self.name, i, cycle, INITIAL_DURATION if options else phase)
        return lognormal(self.mean(phase), self.p[f"{PHASES[phase]}_cv"], u, **options)

    def begin(self, i: int) -> Follicle:
        """Give follicle i its traits and its place in the cycle."""
        grid = self.who.grid
        u, _ = luck(self.name, i, 0, STRATUM)
        stratum = self.strata[int(u * len(self.strata))]
        u, _ = luck(self.name, i, 0, FULL_CALIBRE)
        full = lognormal(self.p["full_calibre"], self.p["full_calibre_cv"], u)
        f = Follicle(stratum, full, ANAGEN, 0, grid[0], 0.0, club=math.exp(stratum.y[0]))
        if self.stationary:
            self.place(f, i)
        else:
            f.due = self.duration(i, 0, ANAGEN)
        if any(stratum.attack[-1] > 0.0 for stratum in self.strata):
            f.attack = -math.log(luck(self.name, i, 0, ATTACK)[0])
        if any(stratum.destruction[-1] > 0.0 for stratum in self.strata):
            f.destruction = -math.log(luck(self.name, i, 0, DESTRUCTION)[0])
        self.plan(f)
        return f

    def place(self, f: Follicle, i: int) -> None:
        """Draw phase and position from the stationary law at the clocks' first speeds."""
        first = self.who.grid[1] - self.who.grid[0]
        speed = [clock[1] / first for clock in f.stratum.clock]
        lasting = [self.mean(phase) / speed[phase] for phase in range(4)]
        u, position = luck(self.name, i, 0, INITIAL_PHASE)
        f.phase = next(
            p for p in range(4) if p == KENOGEN or u * sum(lasting) < sum(lasting[: p + 1])
        )
        whole = self.duration(i, 0, f.phase, length_biased=True)
        f.due = whole * (1.0 - position)
        ago = whole * position / speed[f.phase]
        f.entered = self.who.grid[0] - ago
        if f.phase == ANAGEN:
            f.mark = -ago * f.stratum.grown[1] / first
        if f.phase == KENOGEN:
            f.shed = f.entered

    def plan(self, f: Follicle) -> None:
        """Set the time of the next event."""
        grid = self.who.grid
        f.next = min(
            when(f.due, grid, f.stratum.clock[f.phase]),
            when(f.attack, grid, f.stratum.attack) if f.phase == ANAGEN else math.inf,
            when(f.destruction, grid, f.stratum.destruction),
        )

    def struck_down(self, f: Follicle, i: int) -> bool:
        """Tell whether the present event is an attack under which the hair falls at once."""
        if f.phase != ANAGEN or f.next != when(f.attack, self.who.grid, f.stratum.attack):
            return False
        falls = f.stratum.falls(self.who, f.next)
        if falls <= 0.0 or falls >= 1.0 - 1e-12:
            return falls > 0.0
        return luck(self.name, i, f.cycle, ATTACK_FALLS)[0] < falls

    def event(self, f: Follicle, i: int) -> None:
        """Live through the next event."""
        grid, now = self.who.grid, f.next
        f.entered = now
        if now == when(f.destruction, grid, f.stratum.destruction):
            f.phase, f.next = LOST, math.inf
        else:
            if f.phase == ANAGEN:
                f.club = math.exp(read(now, grid, f.stratum.y))
            if f.phase == TELOGEN:
                f.shed = now
            if self.struck_down(f, i):
                length = read(now, grid, f.stratum.grown) - f.mark
                f.phase = KENOGEN
                if length >= self.p["follicle_depth"] + self.visible_length:
                    f.shed = now
            else:
                f.phase = (f.phase + 1) % 4
            if f.phase == ANAGEN:
                f.cycle += 1
                f.mark = read(now, grid, f.stratum.grown)
                spent = read(now, grid, f.stratum.attack)
                f.attack = spent - math.log(luck(self.name, i, f.cycle, ATTACK)[0])
            begun = read(now, grid, f.stratum.clock[f.phase])
            lasting = self.duration(i, f.cycle, f.phase) if self.mean(f.phase) > 0 else 0.0
            if f.first_rest is not None and f.cycle == 0 and f.phase == KENOGEN:
                lasting = f.first_rest
            f.due = begun + lasting
            self.plan(f)
        f.log.append((now, f.phase, f.cycle, f.due, f.next))

    def live(
        self,
        follicles: int,
        visits: Sequence[float],
        instrument: Mapping[str, float],
        transplants: Sequence[Transplant] = (),
        first: int = 0,
    ):
        """Return follicles with their logs, and what is seen at each visit, {name: [visits]}."""
        seen = {name: [0.0] * len(visits) for name in COLUMNS}
        everyone = []
        self.visible_length = instrument["visible_length"]
        names = range(first, first + follicles)
        natives = ((i, -math.inf, self.begin(i)) for i in names)
        for i, day, f in (*natives, *self.grafted(transplants)):
            for v, t in enumerate(visits):
                if t <= day:
                    continue
                while f.next <= t:
                    self.event(f, i)
                self.look(f, t, v, seen, instrument)
            everyone.append(f)
        return everyone, seen

    def grafted(self, transplants: Sequence[Transplant]) -> list[tuple[int, float, Follicle]]:
        """Return (name, day, follicle) of every graft that takes."""
        grid, out = self.who.grid, []
        for k, each in enumerate(transplants):
            for j in range(each.follicles):
                i = 2**31 + k * 2**24 + j
                if luck(self.name, i, 0, GRAFT_SURVIVAL)[0] >= each.survival:
                    continue
                u, _ = luck(self.name, i, 0, FULL_CALIBRE)
                full = lognormal(self.p["full_calibre"], self.p["full_calibre_cv"], u)
                club = math.exp(read(each.day, grid, self.donor.y))
                due = read(each.day, grid, self.donor.clock[TELOGEN])
                due += lognormal(*each.shaft, luck(self.name, i, 0, GRAFT_SHAFT)[0])
                f = Follicle(self.donor, full, TELOGEN, 0, each.day, due, club=club)
                f.first_rest = lognormal(*each.rest, luck(self.name, i, 0, GRAFT_REST)[0])
                if self.donor.destruction[-1] > 0.0:
                    spent = read(each.day, grid, self.donor.destruction)
                    f.destruction = spent - math.log(luck(self.name, i, 0, DESTRUCTION)[0])
                self.plan(f)
                out.append((i, each.day, f))
        return out

    def look(self, f: Follicle, t: float, v: int, seen, instrument: Mapping[str, float]) -> None:
        """Count what the instrument sees of one follicle (model section 5.7)."""
        seen[(*PHASES, "lost")[f.phase]][v] += 1
        seen["shed"][v] += t - f.shed <= instrument["shed_window"]
        if f.phase in (KENOGEN, LOST):
            return
        relative = f.club
        if f.phase == ANAGEN:
            length = read(t, self.who.grid, f.stratum.grown) - f.mark
            if length < self.p["follicle_depth"] + instrument["visible_length"]:
                return
            relative = math.exp(read(t, self.who.grid, f.stratum.y))
        calibre = f.full_calibre * relative
        if calibre < instrument["detection_calibre"]:
            return
        seen["seen"][v] += 1
        seen["terminal"][v] += calibre >= instrument["terminal_calibre"]
        seen["calibre"][v] += calibre
        if f.phase == ANAGEN:
            rate = self.who.growth_scale * relative  # of a full-size shaft of mean growth
            seen["seen_anagen"][v] += 1
            added = self.p["growth_rate"] * rate * instrument.get("regrowth", 1.0)
            seen["grows"][v] += added >= instrument.get("resolution", 0.0)
            seen["growth"][v] += self.p["growth_rate"] * rate
            seen["weight"][v] += rate * (calibre / self.p["full_calibre"]) ** 2


COLUMNS = ("seen", "terminal", "seen_anagen", "calibre", "growth", "weight", "shed", "grows",
           *PHASES, "lost")  # fmt: skip
