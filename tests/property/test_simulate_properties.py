"""What must hold of a whole run: threads, blocks and additions change nothing that was there."""

from collections.abc import Iterator

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from follicle_sim import parse_scenario, simulate
from follicle_sim.base.codes import NO_FOLLICLE
from follicle_sim.results.variables import MEASURED as MEANING
from follicle_sim.results.variables import SUBJECT_VARIABLES
from follicle_sim.simulation.engine import run

few = settings(deadline=None, max_examples=12)

DOSES = {
    "finasteride_oral": '"1 mg"',
    "minoxidil_topical_5": '"1 mL"',
    "vehicle": '"1 mL"',
}
KINDS = st.sampled_from(["counterfactual", "parallel"])
CONDITIONS = st.sampled_from(["healthy", "aga_male", "ageing", "telogen_effluvium"])


def text(
    *,
    kind: str = "counterfactual",
    condition: str = "aga_male",
    arms: tuple[str, ...] = ("finasteride_oral", "nobody"),
    subjects: int = 5,
    follicles: int | None = 60,
    visits: tuple[float, ...] = (0.0, 30.0, 120.0),
    seed: int = 1,
    record: str = "follicles = true",
    step: float = 1.0,
    replicates: int = 1,
    spread: float = 0.2,
    amount: str = "",
) -> str:
    """Return a small scenario in which people differ and do not take every dose."""
    days = ", ".join(f'"{visit!r} days"' for visit in visits)
    lines = [
        "schema_version = 1",
        'title = "small"',
        f'design = {{ kind = "{kind}", visits = [{days}] }}',
        f'run = {{ seed = {seed}, history = "1 year", forcing_step = "{step} days", '
        f"replicates = {replicates} }}",
        f"record = {{ {record} }}",
        "[instrument]\nreader_error = 0.05",
        "[population]",
        f"subjects = {subjects}" + (f"\nfollicles = {follicles}" if follicles else ""),
        f'target_area = "1 cm2"\nfollicle_density = "250 cm-2"\ncondition = "{condition}"',
        "[population.spread]",
        *(f"{name} = {spread}" for name in
          ("follicle_density", "severity", "progression", "potency", "growth")),
    ]  # fmt: skip
    for arm in arms:
        treatment = arm.split("#")[0]
        lines += ["[[arms]]", f'label = "{arm}"', 'role = "treatment"']
        if treatment in DOSES:
            lines += [
                "[[arms.doses]]",
                f'treatment = "{treatment}"\namount = {amount or DOSES[treatment]}',
                'every = "1 day"\nuntil = "90 days"\nadherence = 0.8',
            ]
    return "\n".join(lines)


def result(**changes) -> xr.Dataset:
    return simulate(parse_scenario(text(**changes)), threads=1)


def same(one: xr.Dataset, other: xr.Dataset) -> None:
    """Raise AssertionError unless all variables of `one` are in `other`, byte for byte."""
    for name in one.data_vars:
        left, right = one[name], other[name]
        assert left.dims == right.dims
        assert left.dtype == right.dtype
        assert left.values.tobytes() == right.values.tobytes(), name


@pytest.fixture
def block_size() -> Iterator[None]:
    before = run.FOLLICLES_PER_BLOCK
    yield
    run.FOLLICLES_PER_BLOCK = before


@pytest.mark.usefixtures("block_size")
def test_threads_and_blocks_change_no_bit() -> None:
    @few
    @given(KINDS, CONDITIONS, st.integers(2, 4), st.integers(1, 400), st.integers(0, 2**32 - 1))
    def check(kind: str, condition: str, threads: int, block: int, seed: int) -> None:
        chosen = parse_scenario(
            text(kind=kind, condition=condition, subjects=7, seed=seed, replicates=2)
        )
        run.FOLLICLES_PER_BLOCK = 40_000
        one = simulate(chosen, threads=1)
        run.FOLLICLES_PER_BLOCK = block
        same(one, simulate(chosen, threads=threads))

    check()


@few
@given(KINDS, CONDITIONS, st.permutations(["finasteride_oral", "nobody"]), st.integers(0, 2))
def test_an_arm_more_or_another_order_changes_no_other_arm(
    kind: str, condition: str, order: list[str], place: int
) -> None:
    base = result(kind=kind, condition=condition)
    order.insert(place, "minoxidil_topical_5")
    more = result(kind=kind, condition=condition, arms=tuple(order))
    same(base, more.sel(arm=base.arm.values))


@few
@given(
    KINDS,
    CONDITIONS,
    st.lists(st.floats(1.0, 400.0).map(lambda day: round(day, 2)), min_size=1, max_size=4),
)
def test_visits_more_change_no_other_visit(kind: str, condition: str, more: list[float]) -> None:
    """Also visits after the last one, which make the forcing grid longer."""
    base = result(kind=kind, condition=condition)
    visits = sorted({*base.time.values.tolist(), *more})
    same(base, result(kind=kind, condition=condition, visits=tuple(visits)).sel(time=base.time))


@few
@given(KINDS, st.lists(st.sampled_from(sorted(SUBJECT_VARIABLES)), min_size=1, unique=True))
def test_what_is_recorded_changes_nothing_else(kind: str, variables: list[str]) -> None:
    everything = result(kind=kind)
    listed = ", ".join(f'"{name}"' for name in variables)
    some = result(kind=kind, record=f"follicles = false, variables = [{listed}]")
    # what is known of people is there whatever is recorded of their hair
    assert sorted(some.data_vars) == sorted([*variables, "doses_taken"])
    same(some, everything)
    assert set(everything.data_vars) == {*MEANING, "doses_taken"}


@few
@given(KINDS, CONDITIONS, st.integers(6, 12))
def test_subjects_more_change_no_other_subject(kind: str, condition: str, subjects: int) -> None:
    base = result(kind=kind, condition=condition)
    more = result(kind=kind, condition=condition, subjects=subjects)
    same(base, more.isel(subject=slice(5)))


@few
@given(KINDS, CONDITIONS, st.integers(61, 200))
def test_follicles_more_change_no_other_follicle(kind: str, condition: str, n: int) -> None:
    base = result(kind=kind, condition=condition)[["follicle_phase", "follicle_calibre"]]
    same(base, result(kind=kind, condition=condition, follicles=n).isel(follicle=slice(60)))


@few
@given(CONDITIONS, st.sampled_from(sorted(DOSES)), st.integers(0, 2**32 - 1))
def test_zero_dose_equals_placebo_follicle_by_follicle(
    condition: str, treatment: str, seed: int
) -> None:
    unit = DOSES[treatment].split()[1].rstrip('"')
    both = result(condition=condition, arms=(treatment, "nobody"), amount=f'"0 {unit}"', seed=seed)
    zero, nothing = both.isel(arm=0), both.isel(arm=1)
    counts = ["hair_density", "terminal_density", "vellus_density", "doses_taken"]
    same(zero.drop_vars(counts), nothing.drop_vars(counts))  # each reading has an error of its own


def test_a_dose_does_not_equal_placebo() -> None:
    """The wrong sibling of the property above."""
    both = result(visits=(0.0, 120.0, 300.0))
    first, last = (both.follicle_calibre.isel(time=i).values for i in (0, -1))
    np.testing.assert_array_equal(first[0], first[1])
    assert not np.array_equal(last[0], last[1])


@few
@given(KINDS, CONDITIONS, st.integers(0, 2**32 - 1))
def test_phases_sum_to_follicles(kind: str, condition: str, seed: int) -> None:
    data = result(kind=kind, condition=condition, seed=seed)
    assert (data.phase_count.sum("phase") == 60).all()
    for code, name in enumerate(data.phase.values):
        counted = (data.follicle_phase == code).sum("follicle")
        np.testing.assert_array_equal(counted, data.phase_count.sel(phase=name))


@few
@given(KINDS, st.integers(0, 2**32 - 1), st.integers(1, 2))
def test_people_with_fewer_follicles_have_no_more_in_the_record(
    kind: str, seed: int, replicates: int
) -> None:
    """Arms and replicates share one follicle axis, though their densest person differs."""
    data = result(kind=kind, follicles=None, seed=seed, replicates=replicates)
    there = data.follicle_phase != NO_FOLLICLE
    np.testing.assert_array_equal(there.sum("follicle"), data.phase_count.sum("phase"))
    assert (data.follicle_calibre.where(~there, 0.0) == 0.0).all()


@pytest.mark.parametrize("condition", ["aga_male", "telogen_effluvium", "ageing"])
def test_a_finer_forcing_grid_moves_no_endpoint(condition: str) -> None:
    """1 day against 0.25: at most 0.1 % of any endpoint's mean, with common draws."""
    fine, day = (
        result(
            condition=condition,
            arms=("finasteride_oral", "minoxidil_topical_5"),
            subjects=100,
            follicles=5000,
            visits=(0.0, 84.0, 168.0, 365.0),
            step=step,
            spread=0.0,
            record=f"variables = {sorted({*SUBJECT_VARIABLES} - {'phase_count'})}",
        ).mean("subject")
        for step in (0.25, 1.0)
    )
    for name in fine.data_vars:
        level = float(np.abs(fine[name]).mean())
        moved = float(np.abs(day[name] - fine[name]).max())
        assert moved <= 0.001 * level, f"{name} moves by {moved / level:.3%}"
