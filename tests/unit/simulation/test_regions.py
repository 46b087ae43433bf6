"""A scalp of regions: one area as ever, each region as its map says, the whole as their sum."""

import numpy as np
import pytest
from planned import planned
from regional import REGIONS, alike, scenario, simulate_on, surgery, weighted

from follicle_sim import describe, explain, simulate, summarise, to_dataframe
from follicle_sim.base.errors import InputError
from follicle_sim.biology.scalps import TARGET_AREA
from follicle_sim.pharmacology.library import load_treatment
from follicle_sim.protocol.donor import harvest_of
from follicle_sim.protocol.notes import notes
from follicle_sim.results.storage import load_result, save_result
from follicle_sim.simulation.people.cohort import draw_cohort
from follicle_sim.simulation.surgery import follicles_in, grafts_of, moved_by

SPREAD = 'severity = "norwood_iv"\nspread = { severity = 0.3, progression = 0.3 }'
HAIRS = load_treatment("hair_transplant").graft.hairs_per_graft.value
DONOR = REGIONS.areas.index("occipital")


def same(one, other):
    """Tell whether two results have equal bits in all that both hold."""
    names = set(one.data_vars) & set(other.data_vars)
    return all(one[name].values.tobytes() == other[name].values.tobytes() for name in names)


# -- one area ------------------------------------------------------------------------------------


@pytest.mark.parametrize("grade", ["norwood_ii", "norwood_v", "norwood_vi", "1.3"])
def test_a_target_area_on_the_vertex_is_the_target_area_of_ever(grade):
    word = grade if grade == "1.3" else f'"{grade}"'
    more = f"severity = {word}\nspread = {{ severity = 0.3, follicle_density = 0.2 }}"
    plain = simulate(scenario("", more, subjects=3))
    assert same(plain, simulate(scenario('region = "vertex"', more, subjects=3)))
    assert not same(plain, simulate(scenario('region = "frontal"', more, subjects=3)))


def test_norwood_iii_spares_the_vertex_and_iii_vertex_does_not():
    plain = simulate(scenario("", 'severity = "norwood_iii"', subjects=40))
    vertex = simulate(scenario('region = "vertex"', 'severity = "Norwood III vertex"', subjects=40))
    spared = simulate(scenario('region = "vertex"', 'severity = "Norwood III"', subjects=40))
    assert same(plain, vertex)
    assert float(spared.hair_density.mean()) > float(plain.hair_density.mean()) + 4.0


def test_the_occiput_keeps_its_hair_whatever_the_grade_and_the_drug():
    drug = """
    [[arms]]
    label = "drug"
    role = "treatment"
    doses = [{ treatment = "finasteride_oral", amount = "1 mg", every = "1 day", until = "1 year" }]
    """
    data = simulate(scenario('region = "occipital"', arms=drug))
    milder = simulate(scenario('region = "occipital"', 'severity = "norwood_ii"', arms=drug))
    assert same(data, milder)
    hair = data.drop_vars("factor_level")
    assert same(hair.sel(arm=["nobody"]), hair.sel(arm=["drug"]))
    on_top = simulate(scenario('region = "vertex"', arms=drug))
    assert float(on_top.hair_density.mean()) < 0.85 * float(data.hair_density.mean())
    # 0.92 of the vertex's follicles, as counted
    follicles = data.phase_count.sum("phase").values
    assert (follicles == round(200 * 127.0 / 138.0)).all()


def test_a_stated_baseline_is_met_in_its_region():
    more = 'hair_density = "130 cm-2"'
    for region in ("frontal", "temporal", "occipital"):
        text = scenario(f'region = "{region}"', more, subjects=40)
        who = text.population.model_copy(update={"follicle_density": None})
        data = simulate(text.model_copy(update={"population": who}))
        assert float(data.hair_density[0, :, 0].mean()) == pytest.approx(130.0, rel=0.03)


def test_a_chain_is_told_of_a_region_and_not_of_all_of_them():
    assert explain(scenario('region = "occipital"')).sensitivity.max() == 0.0
    assert explain(scenario('region = "parietal"')).sensitivity[1] == 0.25
    with pytest.raises(InputError, match=r"set population\.region to one of frontal, midscalp"):
        explain(scenario())


# -- the whole scalp -----------------------------------------------------------------------------


def test_regions_that_are_all_as_the_target_area_are_it_bit_for_bit():
    one = simulate(scenario("", SPREAD))
    whole = simulate_on(alike(), scenario(more=SPREAD))
    # the first piece has the names of a target area's follicles
    first = whole.region_density.isel(region=0)
    assert first.values.tobytes() == one.hair_density.values.tobytes()


def test_regions_that_are_all_alike_have_the_mean_of_one_area():
    subjects, density = 40, 200
    one = simulate(scenario("", subjects=subjects, density=density))
    whole = simulate_on(alike(), scenario(subjects=subjects, density=density))
    # binomial: of 8,000 follicles of one area, and of six times as many in shares
    share = float(one.hair_density.mean()) / density
    parts = np.square(REGIONS.share).sum()
    error = density * np.sqrt(share * (1.0 - share) * (1.0 + parts) / (subjects * density))
    apart = (whole.hair_density - one.hair_density).mean("subject")
    assert (abs(apart) < 4.0 * error).all()
    other = simulate(scenario(subjects=subjects, density=density))
    assert (abs((other.hair_density - one.hair_density).mean("subject")) > 4.0 * error).all()


def test_the_density_of_the_scalp_is_that_of_its_regions_by_their_share():
    data = simulate(scenario(more=SPREAD))
    np.testing.assert_allclose(data.hair_density.values, weighted(data), rtol=1e-12)
    assert data.region_density.dims == ("arm", "subject", "time", "region")
    assert data.region_density.attrs["units"] == "cm-2"
    follicles = [round(200 * density) for density in REGIONS.density]
    total = np.dot(follicles, REGIONS.share)
    np.testing.assert_allclose(data.phase_count.sum("phase").values, total, rtol=1e-12)
    rows = {row.variable for row in summarise(data).rows}
    assert "region_density[occipital]" in rows
    assert to_dataframe(data) is not None


def test_a_region_of_the_whole_scalp_is_what_a_target_area_there_shows():
    whole = simulate(scenario(subjects=60))
    for region in ("frontal", "parietal", "occipital"):
        area = simulate(scenario(f'region = "{region}"', subjects=60)).hair_density.isel(time=0)
        here = whole.region_density.sel(region=region).isel(time=0)
        error = np.hypot(area.std() / np.sqrt(60), here.std() / np.sqrt(60))
        assert abs(float(area.mean() - here.mean())) < 4.0 * float(error), region


def test_worse_grades_have_less_hair_and_the_fringe_goes_last():
    order = ["norwood_ii", "norwood_iv", "norwood_vi", "norwood_vii"]
    found = [
        simulate(scenario(more=f'severity = "{grade}"', subjects=40))
        .region_density[0, :, 0]
        .mean("subject")
        for grade in order
    ]
    table = np.stack([row.values for row in found])
    assert (np.diff(table[:, :5], axis=0) < 0.0).all()
    assert (table[:, DONOR] == table[0, DONOR]).all()
    lost = 1.0 - table[-1] / table[0]
    assert lost[REGIONS.areas.index("midscalp")] > lost[REGIONS.areas.index("parietal")] > 0.0


def test_women_have_maps_too_and_health_has_the_densities_alone():
    women = scenario(more='severity = "Ludwig II"', condition="aga_female")
    table = simulate(women).region_density[0, :, 0].mean("subject")
    assert float(table.sel(region="midscalp")) < float(table.sel(region="frontal"))
    healthy = simulate(scenario(more="", condition="healthy", subjects=60))
    found = healthy.region_density[0, :, 0].mean("subject").values
    density = np.array(REGIONS.density)
    np.testing.assert_allclose(found / found[DONOR], density / density[DONOR], rtol=0.02)


def test_pattern_loss_beside_another_condition_has_its_map_too():
    more = 'also = ["aga_male"]'
    both = scenario(more=more, condition="chronic_telogen_effluvium", subjects=30)
    table = simulate(both).region_density[0, :, 0].mean("subject")
    alone = scenario(more="", condition="chronic_telogen_effluvium", subjects=30)
    only = simulate(alone).region_density[0, :, 0].mean("subject")
    kept = (table / only).values
    assert kept[REGIONS.areas.index("frontal")] < 0.9 < kept[DONOR]
    np.testing.assert_allclose(kept[DONOR], 1.0, atol=1e-12)


def test_a_result_is_stored_and_read_back(tmp_path):
    data = simulate(scenario(subjects=2))
    save_result(data, tmp_path / "result.nc")
    assert load_result(tmp_path / "result.nc").equals(data)
    assert "six regions" in describe(scenario())
    assert "target area in the occipital region" in describe(scenario('region = "occiput"'))


# -- transplants ---------------------------------------------------------------------------------


def moved(one, arm=1):
    """Return what the sessions of an arm move, and the sessions."""
    protocol = planned(one)
    people = draw_cohort(protocol, protocol.arms[arm], 0)
    sessions = protocol.arms[arm].surgery
    wanted = grafts_of(sessions, people.area).number
    return moved_by(sessions, protocol.scalp, wanted, people.follicles), sessions


def test_what_is_taken_is_what_is_planted():
    arms = surgery(25.0, into='["frontal", "vertex"]')
    got, sessions = moved(scenario(arms=arms))
    assert [session.into for session in sessions] == ["frontal", "vertex"]
    assert (got.planted == round(25.0 * HAIRS)).all()
    share = REGIONS.share_of
    set_in = got.planted @ np.array([share("frontal"), share("vertex")])
    np.testing.assert_allclose(got.taken[:, -1] * share("occipital"), set_in, atol=0.5 * 0.24)


def test_follicles_are_conserved_but_for_those_that_do_not_take():
    one = scenario(arms=surgery(30.0, into='["frontal", "midscalp"]'), subjects=40)
    data = simulate(one)
    living = data.phase_count.isel(phase=slice(0, 4)).sum("phase")
    before, after = living.sel(arm="surgery").isel(time=0), living.sel(arm="surgery").isel(time=-1)
    # a visit on the day comes before surgery
    np.testing.assert_allclose(
        living.sel(arm="nobody"), before.values[:, None] * np.ones(3), rtol=1e-12
    )
    planted = 30.0 * HAIRS * (REGIONS.share_of("frontal") + REGIONS.share_of("midscalp"))
    lost = float((before - after).mean())
    error = np.sqrt(2 * 40 * round(30 * HAIRS) * 0.9 * 0.1) * 0.14 / 40
    assert abs(lost - 0.1 * planted) < 4.0 * error + 0.15  # taken = planted / survival


def test_the_donor_area_thins_by_what_is_taken_and_others_do_not():
    data = simulate(scenario(arms=surgery(20.0), subjects=20))
    gone = data.region_density.sel(arm="nobody") - data.region_density.sel(arm="surgery")
    taken = 20.0 * HAIRS * 0.14 / 0.24
    shown = float(data.region_density.sel(arm="nobody", region="occipital").mean()) / 184.0
    assert (gone.sel(region="occipital").isel(time=0) == 0.0).all()
    for visit in (1, 2):
        found = gone.sel(region="occipital").isel(time=visit)
        error = np.sqrt(taken * shown * (1.0 - shown) / 20)
        assert abs(float(found.mean()) - taken * shown) < 4.0 * error + 0.5
    assert (gone.sel(region="frontal").isel(time=2) < 0.0).all()
    for region in ("midscalp", "vertex", "temporal", "parietal"):
        assert (gone.sel(region=region) == 0.0).all(), region


def test_two_sessions_take_one_after_the_other():
    arms = (
        surgery(10.0, into='["frontal"]')
        + """
[[arms.doses]]
treatment = "hair_transplant"
amount = "10 grafts/cm2"
start = "30 weeks"
into = ["vertex"]
"""
    )
    visits = '["0 days", "26 weeks", "30 weeks", "31 weeks", "60 weeks"]'
    data = simulate(scenario(arms=arms, visits=visits))
    donor = data.region_density.sel(region="occipital")
    gone = (donor.sel(arm="nobody") - donor.sel(arm="surgery")).mean("subject").values
    assert gone[0] == 0.0
    assert gone[2] == pytest.approx(gone[1], abs=1.5)
    assert gone[3] > 1.6 * gone[2]
    vertex = data.region_density.sel(region="vertex")
    assert (vertex.sel(arm="nobody") == vertex.sel(arm="surgery"))[:, :3].all()


def test_who_has_little_gives_no_more_than_there_is():
    protocol = planned(scenario(arms=surgery(45.0, into='["frontal", "midscalp", "vertex"]')))
    sessions = protocol.arms[1].surgery
    area, follicles = np.ones(3), np.array([200, 100, 10])
    wanted = grafts_of(sessions, area).number
    got = moved_by(sessions, REGIONS, wanted, follicles)
    there = follicles_in(REGIONS, DONOR, follicles)
    assert (got.taken[:, -1] <= there).all()
    assert (got.taken[1:, -1] == there[1:]).all()
    share = np.array([REGIONS.share_of(session.into) for session in sessions])
    np.testing.assert_allclose(got.planted @ share, got.taken[:, -1] * 0.24, atol=0.5)
    assert moved_by(sessions, TARGET_AREA, wanted, follicles) is None
    assert moved_by((), REGIONS, wanted, follicles) is None


def test_what_is_left_is_told_and_more_than_there_is_refused():
    one = scenario(arms=surgery(20.0))
    (arm,) = (arm for arm in one.arms if arm.doses)
    harvest = harvest_of(one.population, arm, 1000.0, planned(one).treatments)
    assert harvest.grafts == pytest.approx(20.0 * 492.0 * 0.14)
    assert harvest.left + harvest.share * harvest.density == pytest.approx(harvest.density)
    (note,) = (note for note in notes(one) if "grafts" in note)
    assert '"surgery", 1,378 grafts come from the occipital region, 14 % of its follicles' in note
    assert "unseen" not in note
    (much,) = (note for note in notes(scenario(arms=surgery(60.0))) if "grafts" in note)
    assert "more than the 30 % that can go unseen" in much
    with pytest.raises(InputError, match=r"arms\[1\].doses: .*the occipital region holds about"):
        planned(scenario(arms=surgery(150.0)))
    assert not [note for note in notes(scenario()) if "grafts" in note]


def test_shock_is_where_the_grafts_are_set():
    data = simulate(scenario(arms=surgery(20.0), visits='["0 days", "8 weeks"]', subjects=20))
    shed = data.region_density.isel(time=1)
    apart = (shed.sel(arm="surgery") - shed.sel(arm="nobody")).mean("subject")
    assert float(apart.sel(region="frontal")) < -5.0
    assert float(apart.sel(region="vertex")) == 0.0


def test_areas_without_a_difference_are_left_as_they_are():
    assert follicles_in(TARGET_AREA, 0, np.array([7])).tolist() == [7]
    only = REGIONS.only("occipital")
    assert follicles_in(only, 0, np.array([7])).tolist() == [7]
    assert follicles_in(REGIONS, DONOR, np.array([200, 0])).tolist() == [184, 1]
