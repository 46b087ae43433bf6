"""Doses before baseline: what of them acts, what is counted, and what is refused."""

import numpy as np
import pytest

from follicle_sim import InputError, describe, dump_scenario, parse_scenario, resolve, simulate
from follicle_sim.analysis.outcomes.adverse import adverse_events
from follicle_sim.analysis.outcomes.exposures import exposures
from follicle_sim.pharmacology.bills import bill
from follicle_sim.protocol.baseline.meet import meet_baseline
from follicle_sim.protocol.before import doses_before, lead_of_doses, same_before
from follicle_sim.protocol.notes import notes
from follicle_sim.scenario.text.write import write_toml

DRUG = "minoxidil_topical_5"


def scenario(*arms, population=None, design=None, overrides=()):
    """Return a trial of arms given as (label, role, doses), a dose as the keys it changes."""
    every = {"treatment": DRUG, "amount": "1 mL", "every": "1 day", "until": "24 weeks"}
    tables = [
        {"label": label, "role": role, "doses": [every | dose for dose in doses]}
        for label, role, doses in arms
    ]
    who = {
        "subjects": 4,
        "target_area": "1 cm2",
        "follicle_density": "200 cm-2",
        "condition": "aga_male",
        "severity": "norwood_iii",
    }
    design = {"kind": "parallel", "visits": ["0 weeks", "24 weeks"]} | (design or {})
    document = {
        "schema_version": 1,
        "title": "people arrive treated",
        "population": {k: v for k, v in (who | (population or {})).items() if v is not None},
        "arms": [{k: v for k, v in table.items() if v} for table in tables],
        "design": design,
        "run": {"history": "1 year"},
    }
    return parse_scenario(write_toml(document), overrides=list(overrides))


ON = ("goes on", "treatment", [{"start": "-26 weeks"}])
OFF = ("stops", "placebo", [{"start": "-26 weeks", "until": "baseline"}])
NEVER = ("never", "untreated", [])


def refused(text, *arms, **changes):
    with pytest.raises(InputError) as caught:
        resolve(scenario(*arms, **changes))
    assert text in str(caught.value)
    return str(caught.value)


def test_it_survives_writing_and_reading() -> None:
    before = scenario(ON, OFF, NEVER)
    assert parse_scenario(dump_scenario(before)).arms == before.arms
    assert [dose.start for arm in before.arms for dose in arm.doses] == [-182.0, -182.0]
    assert before.arms[1].doses[0].until == 0.0
    text = describe(before)
    assert f"{DRUG} 1 mL every 1 day from -26 weeks until 24 weeks" in text


def test_the_grid_is_fine_from_the_first_dose_on_and_as_ever_without_one() -> None:
    grid = resolve(scenario(ON))[0].grid
    assert (np.diff(grid[grid >= -182.0]) == 1.0).all()
    assert lead_of_doses(scenario(ON, NEVER).arms) == 182.0
    later = resolve(scenario(("x", "treatment", [{}])))[0].grid
    np.testing.assert_array_equal(later, resolve(scenario(NEVER))[0].grid)
    assert later[later < 0.0].size < 20


def test_those_who_go_on_and_those_who_stop_have_had_the_same() -> None:
    arms = scenario(ON, OFF, NEVER).arms
    assert same_before(arms[:2])
    assert not same_before(arms)
    (early,) = doses_before(arms[0].doses)
    assert (early.start, early.every, early.count, early.until) == (-182.0, 1.0, 182, None)
    assert doses_before(arms[2].doses) == ()
    other = scenario(ON, ("less", "treatment", [{"start": "-26 weeks", "adherence": 0.5}])).arms
    assert not same_before(other)


def test_half_a_day_before_baseline_is_before_it() -> None:
    half = ("a", "treatment", [{"start": "-12 hours"}])
    assert lead_of_doses(scenario(half).arms) == 0.5
    assert lead_of_doses([]) == 0.0
    assert doses_before(scenario(half).arms[0].doses)[0].count == 1
    assert doses_before(scenario(("a", "treatment", [{}])).arms[0].doses) == ()
    third = ("third", "treatment", [{"start": "-26 weeks", "amount": "2 mL"}])
    assert not same_before(scenario(ON, third, OFF).arms)
    assert not same_before(scenario(ON, OFF, third).arms)
    crossover = {"kind": "crossover", "period": "24 weeks", "washout": "8 weeks"}
    other = ("b", "untreated", [])
    refused("of a crossover design", half, other, design=crossover)
    for start in ("0 days", "12 hours"):
        resolve(scenario(("a", "treatment", [{"start": start}]), other, design=crossover))


def test_the_order_of_the_lines_makes_no_other_history() -> None:
    two = [{"start": "-26 weeks"}, {"start": "-10 weeks", "treatment": "vehicle"}]
    assert same_before(scenario(("a", "treatment", two), ("b", "placebo", two[::-1])).arms)


def test_a_dose_that_ends_before_a_dose_begins_is_none() -> None:
    (arm,) = scenario(("a", "treatment", [{"start": "-26 weeks", "until": "-13 weeks"}])).arms
    (early,) = doses_before(arm.doses)
    assert early.count == 91
    assert doses_before(arm.doses, -182.0) == ()
    assert doses_before(arm.doses, -181.0)[0].count == 1


def test_a_baseline_is_the_same_whatever_happens_after_it() -> None:
    data = simulate(scenario(ON, OFF, NEVER, design={"kind": "counterfactual"}))
    start = data["hair_density"].sel(time=0.0)
    np.testing.assert_array_equal(start.sel(arm="goes on"), start.sel(arm="stops"))
    assert (start.sel(arm="goes on") != start.sel(arm="never")).any()
    levels = data["factor_level"].sel(time=0.0) if "factor_level" in data else None
    assert levels is None or float(abs(levels.sel(arm="never") - 1.0).max()) == 0.0


def test_a_dose_too_small_to_act_changes_no_bit() -> None:
    """The fine grid before baseline is all that an early dose of nothing brings."""
    nothing = simulate(scenario(("a", "treatment", [{"start": "-26 weeks", "amount": "0 mL"}])))
    vehicle = {"start": "-26 weeks", "treatment": "vehicle"}
    np.testing.assert_array_equal(
        nothing["hair_density"], simulate(scenario(("a", "treatment", [vehicle])))["hair_density"]
    )


def test_what_was_paid_before_is_in_no_bill() -> None:
    late, early = (scenario(("a", "treatment", [{"start": s}])).arms[0] for s in ("0 d", "-26 w"))
    assert bill(early.doses, 84.0).doses == 84
    assert bill(early.doses, 84.0) == bill(late.doses, 84.0)
    comb = {"treatment": "laser_comb", "amount": "1 session", "every": "1 week"}
    bought, owned = (
        bill(scenario(("a", "treatment", [comb | {"start": s}])).arms[0].doses, 84.0)
        for s in ("0 days", "-26 weeks")
    )
    assert bought.doses == owned.doses == 12
    assert bought.cost > owned.cost == 0.0  # the device is there already


def test_side_effects_begin_with_the_trial() -> None:
    """Who took it long before has those of the trial's own days, and none where it was over."""
    mild = {"treatment": "finasteride_oral", "amount": "1 mg", "every": "1 day"}
    rows = {}
    for name, dose in {
        "early": [mild | {"start": "-26 weeks"}],
        "late": [mild],
        "over": [mild | {"start": "-26 weeks", "until": "0 d"}],
        "none": [],
    }.items():
        role = "treatment" if name in ("early", "late") else "placebo"
        data = simulate(scenario(("a", role, dose)))
        rows[name] = [(row.treatment, row.event, row.course) for row in adverse_events(data)]
    assert rows["late"]
    assert rows["early"] == rows["late"]
    assert rows["over"] == rows["none"]


def test_the_share_taken_and_ex_count_from_the_first_visit_on() -> None:
    half = ("a", "treatment", [{"start": "-26 weeks", "adherence": 0.5}])
    trial = scenario(half, overrides=["design.early_stop={per_year=0.5}"])
    data = simulate(trial)
    (line,) = exposures(data, trial)[0]
    assert line.times[0] == 0.0
    share = line.took.sum(axis=1) / line.due.sum(axis=1)
    np.testing.assert_allclose(data["doses_taken"].values[0], share)
    after = {"run_in": "4 weeks"}
    run_in = scenario(half, design=after, overrides=["design.early_stop={per_year=0.5}"])
    (line,) = exposures(simulate(run_in), run_in)[0]
    assert line.times[0] == -28.0  # the screening visit is the trial's first


def test_check_says_who_arrives_treated() -> None:
    texts = [text for text in notes(scenario(ON, OFF)) if "arrive treated" in text]
    assert texts[0].startswith(
        'arms: people of "goes on", "stops" arrive treated (from -26 weeks on)'
    )
    assert not any("different doses" in text for text in notes(scenario(ON, OFF)))
    assert any("different doses before baseline" in text for text in notes(scenario(ON, NEVER)))
    assert not any("baseline" in text for text in notes(scenario(NEVER)))


def test_a_dose_before_the_run_begins_is_refused() -> None:
    message = refused("allowed: -1 year or later", ("a", "treatment", [{"start": "-53 weeks"}]))
    assert "arms[0].doses[0].start: found -53 weeks" in message
    assert "run.history" in message
    first = scenario(("a", "treatment", [{"start": "-1 year"}]))
    assert resolve(first)[0].grid[0] <= -365.25
    simulate(first)


@pytest.mark.parametrize(
    ("design", "text"),
    [
        (
            {"kind": "crossover", "period": "24 weeks", "washout": "8 weeks"},
            "of a crossover design",
        ),
        ({"kind": "delayed_start", "switch": "12 weeks"}, "of a delayed_start design"),
        ({"run_in": "4 weeks", "run_in_arm": "goes on"}, "the doses of the run-in are counted"),
    ],
)
def test_designs_that_move_doses_refuse_them(design, text) -> None:
    refused(text, ON, NEVER, design=design)


def test_a_transplant_is_lived_from_baseline_on() -> None:
    graft = {"treatment": "hair_transplant", "amount": "40 grafts/cm2", "every": None}
    graft = {key: value for key, value in graft.items() if value}
    text = "a transplant is lived from baseline on"
    refused(text, ("a", "treatment", [graft | {"start": "-26 weeks", "until": "-25 weeks"}]))


def test_one_count_cannot_be_the_baseline_of_two_histories() -> None:
    stated = {"hair_density": "150 cm-2", "severity": None, "follicle_density": None}
    message = refused("arms have different doses before baseline", ON, NEVER, population=stated)
    assert "population.hair_density" in message
    assert meet_baseline(scenario(ON, OFF, population=stated)) is not None
    # the other order asks the same question, whose answer was kept
    refused("arms have different doses before baseline", ON, NEVER, population=stated)


def test_a_baseline_that_is_not_worked_out_is_refused() -> None:
    stated = {
        "hair_density": "150 cm-2",
        "severity": None,
        "follicle_density": None,
        "age": "40 years",
    }
    own = {"treatment": "prp_injection", "amount": "1 session", "every": "4 weeks"}
    own_blood = ("a", "treatment", [own | {"start": "-26 weeks", "variants": ["donor_age"]}])
    half = ("a", "treatment", [{"start": "-26 weeks", "adherence": 0.5}])
    spread = {"adherence_spread": 1.0}
    refused("design.adherence_spread", half, population=stated, design=spread)
    assert meet_baseline(scenario(half, population=stated)) is not None
    refused("made of their own blood", own_blood, population=stated)


def test_people_that_are_shared_cannot_be_screened_under_two_histories() -> None:
    bounds = {"inclusion": {"hair_density": ["0 cm-2", "400 cm-2"]}}
    for kind in ("counterfactual", "split_scalp"):
        message = refused(
            "arms share their people", ON, NEVER, population=bounds, design={"kind": kind}
        )
        assert "population.inclusion.hair_density" in message
        resolve(scenario(ON, OFF, population=bounds, design={"kind": kind}))
    resolve(scenario(ON, NEVER, population=bounds))
    refused("arms share", ON, NEVER, population=bounds, design={"stratify": "severity"})


def test_candidates_are_counted_under_what_they_take() -> None:
    """Minoxidil lets in people whom their bare scalps would keep out."""
    bounds = {"inclusion": {"hair_density": ["160 cm-2", "400 cm-2"]}, "spread": "typical"}
    changes = {"population": bounds | {"subjects": 30}, "overrides": ["run.seed=3"]}
    treated, bare = (simulate(scenario(arm, **changes)) for arm in (ON, NEVER))
    assert treated.attrs["flow"] != bare.attrs["flow"]
