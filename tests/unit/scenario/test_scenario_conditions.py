"""A condition added without Python: in a scenario, in the library; and several in one person."""

import shutil

import numpy as np
import pytest

from follicle_sim import dump_scenario, parse_scenario, simulate
from follicle_sim.base.errors import InputError
from follicle_sim.biology import conditions
from follicle_sim.biology.conditions import load_condition, load_conditions
from follicle_sim.results.provenance import result_attrs, stored_scenario

NUMBER = '{{ value = {}, unit = "{}", source = "our clinic", grade = "user" }}'.format
FEVER = f"""\
title = "Shedding after fever, as we see it"
source = "our clinic"
androgen_sensitive = false
default_severity = "usual"
severities = {{ usual = 0.0 }}
follicle_density = {NUMBER(240.0, "1/cm2")}
typical_spread = "healthy"
[[attacks]]
about = "hairs that end early"
start = {NUMBER(-10.0, "d")}
start_sd = {NUMBER(5.0, "d")}
duration = {NUMBER(14.0, "d")}
share = {NUMBER(0.3, "1")}
falls = {NUMBER(0.2, "1")}
person_cv = {NUMBER(0.4, "1")}
[[clocks]]
about = "club hairs are let go earlier"
start = {NUMBER(0.0, "d")}
duration = {NUMBER(120.0, "d")}
phase = "telogen"
speed = {NUMBER(1.5, "1")}
[[losses]]
about = "a few follicles are lost"
start = {NUMBER(0.0, "d")}
duration = {NUMBER(10.0, "d")}
every = {NUMBER(21.0, "d")}
count = 3
share = {NUMBER(0.01, "1")}
"""
BODY = """\
schema_version = 1
title = "A condition of our own"
[population]
subjects = 12
follicles = 100
target_area = "1 cm2"
follicle_density = "240 cm-2"
condition = "{condition}"
{more}
[[arms]]
label = "nobody treated"
role = "untreated"
[design]
kind = "counterfactual"
visits = ["0 days", "4 weeks", "12 weeks", "24 weeks"]
[run]
history = "1 year"
"""


def inline(tables=FEVER, name="fever"):
    headed = tables.replace("\n[[", f"\n[[conditions.{name}.")
    return f"[conditions.{name}]\n{headed}"


def text(condition="fever", more="", tables=FEVER):
    own = inline(tables) if tables else ""
    return BODY.format(condition=condition, more=more) + own


def refusals(text):
    with pytest.raises(InputError) as caught:
        parse_scenario(text)
    return [f"{problem.where}: {problem.message}" for problem in caught.value.problems]


def refusal(old, new):
    assert old in FEVER
    told = refusals(text(tables=FEVER.replace(old, new)))
    assert len(told) == 1, told
    return told[0]


def test_the_same_bytes_as_from_the_library(tmp_path, monkeypatch):
    here = simulate(parse_scenario(text()))
    folder = tmp_path / "conditions"
    shutil.copytree(conditions.FOLDER, folder)
    (folder / "fever.toml").write_text(FEVER, encoding="utf-8")
    monkeypatch.setattr(conditions, "FOLDER", folder)
    load_conditions.cache_clear()
    from follicle_sim.scenario.fields.known import default_known

    default_known.cache_clear()
    try:
        there = simulate(parse_scenario(text(tables="")))
    finally:
        load_conditions.cache_clear()
        default_known.cache_clear()
    for name, values in here.data_vars.items():
        assert values.values.tobytes() == there[name].values.tobytes(), name


def test_it_does_something_and_is_written_and_read_again():
    scenario = parse_scenario(text())
    again = parse_scenario(dump_scenario(scenario))
    ours, healthy = simulate(again), simulate(parse_scenario(text("healthy", tables="")))
    assert scenario == again
    assert (simulate(scenario).hair_density == ours.hair_density).all()
    fewer = ours.hair_density.mean("subject") / healthy.hair_density.mean("subject")
    assert float(fewer.isel(arm=0, time=2)) < 0.95
    assert float(ours.phase_count.sel(phase="lost").isel(time=-1).sum()) > 0.0


def test_a_stored_result_brings_its_condition_along():
    scenario = parse_scenario(text())
    assert stored_scenario(result_attrs(scenario), "a result").population == scenario.population


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ("share = {}".format(NUMBER(0.3, "1")), "share = {}".format(NUMBER(-0.3, "1")),
         "attacks[0].share", "-0.3 1 is out of bounds: >= 0, <= 1"),
        ("duration = {}\nshare".format(NUMBER(14.0, "d")), "share", "attacks[0]",
         "duration is missing: for how long after its start"),
        ("count = 3\n", "", "losses[0]", "count is missing: how many cycles there are"),
        ("every = {}\n".format(NUMBER(21.0, "d")), "", "losses[0]",
         "every is missing: days from the start of one cycle to the next"),
        (NUMBER(21.0, "d"), NUMBER(7.0, "d"), "losses[0]",
         "a cycle lasts 10 days and the next begins 7 days after its start"),
        ("person_cv", "persons_cv", "attacks[0].persons_cv",
         'unknown key; did you mean "person_cv"?'),
        ('phase = "telogen"', 'phase = "catagen"', "clocks[0].phase",
         "input should be 'anagen', 'telogen' or 'kenogen'"),
        ("usual = 0.0", "usually = 0.0", "", 'no severity "usual"; did you mean "usually"?'),
        ("falls = {}".format(NUMBER(0.2, "1")), 'falls = {}\nthrough = {{ IFNGG = {} }}'.format(
            NUMBER(0.2, "1"), NUMBER(1.0, "1")), "attacks[0]",
         'no factor "IFNGG"; did you mean "IFNG"?'),
        ("share = {}".format(NUMBER(0.3, "1")),
         "share = {}\nactivity = {}".format(NUMBER(0.3, "1"), NUMBER(2.0, "1")), "attacks[0]",
         "activity and steepness make a switch together; give both or neither"),
        ("share = {}".format(NUMBER(0.3, "1")),
         "share = {0}\nactivity = {1}\nsteepness = {1}".format(NUMBER(0.3, "1"), NUMBER(2.0, "1")),
         "attacks[0]", "activity: a switch has always been there; leave start out"),
        ("falls = {}".format(NUMBER(0.2, "1")), 'within = "patches"', "",
         'within = "patches" needs a [patches] table'),
        ('"d", source = "our clinic"', '"weeks", source = "our clinic"', "attacks[0].start",
         "unit"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_where_it_is(old, new, where, message):
    if '"weeks"' in new:
        old, new = NUMBER(-10.0, "d"), NUMBER(-10.0, "weeks")
        message = 'unit is "weeks"; this number is kept in "d"'
    told = refusal(old, new)
    assert told.startswith(f"conditions.fever.{where}".rstrip("."))
    assert message in told


def test_names_of_the_library_stay_its_own():
    own = inline().replace("conditions.fever", "conditions.ageing")
    (told,) = refusals(BODY.format(condition="ageing", more="") + own)
    assert "already a condition of the library" in told


def test_a_condition_that_nobody_knows_gets_its_nearest_name():
    (told,) = refusals(text("feaver"))
    assert 'did you mean "fever"?' in told
    (told,) = refusals(text("healthy", 'also = ["telogen_efluvium"]', tables=""))
    assert 'population.also[0]: found "telogen_efluvium"' in told
    assert '"telogen_effluvium"' in told


def test_a_condition_acts_once():
    (told,) = refusals(text("ageing", 'also = ["ageing"]', tables=""))
    assert told.endswith('found "ageing" twice; a condition acts once')


def test_all_that_acts_acts_and_nothing_twice():
    """Rival hazards add, so of two conditions each has its own survival, and both their product."""
    one, both = load_condition("ageing"), load_condition("healthy")
    joined = both.together_with((one, load_condition("telogen_effluvium")))
    assert joined.losses[0].rate == one.losses[0].rate
    assert len(joined.losses) == len(joined.attacks) == 1
    assert joined.slow_loss == one.slow_loss
    assert (joined.losses[0].trigger, joined.attacks[0].trigger) == (1, 2)
    assert joined.follicle_density == both.follicle_density

    def hairs(condition, more=""):
        data = simulate(parse_scenario(text(condition, more, tables="")))
        return data.hair_density.isel(arm=0, time=2).mean("subject").item()

    calm = hairs("healthy")
    assert hairs("healthy", 'also = ["telogen_effluvium"]') == hairs("telogen_effluvium") < calm
    assert hairs("telogen_effluvium", 'also = ["ageing"]') == hairs(
        "ageing", 'also = ["telogen_effluvium"]'
    )


def test_pattern_loss_besides_has_its_usual_severity():
    data = {
        name: simulate(parse_scenario(text(name, more, tables="")))
        for name, more in (("aga_male", ""), ("healthy", 'also = ["aga_male"]'))
    }
    np.testing.assert_array_equal(data["aga_male"].hair_density, data["healthy"].hair_density)


def test_a_count_at_baseline_is_refused_where_something_happens_before():
    stated = text("fever").replace('follicle_density = "240 cm-2"', 'hair_density = "150 cm-2"')
    (told,) = refusals(stated)
    assert told.startswith("population.hair_density: fever changes the number of hairs before")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (('kind = "counterfactual"', 'kind = "split_scalp"'), "design.kind"),
        (("[run]", "[record]\nfollicles = true\n[run]"), "record.follicles"),
    ],
)
def test_what_a_whole_scalp_cannot_have_is_refused(change, where):
    told = refusals(text("alopecia_areata", 'scalp = "salt"', tables="").replace(*change))
    assert any((line.startswith(where) and "whole scalp" in line) or where in line for line in told)


def test_a_transplant_into_a_scalp_without_a_donor_area_is_refused():
    dose = '[[arms.doses]]\ntreatment = "hair_transplant"\namount = "30 grafts/cm2"\n[design]'
    (told,) = refusals(text("healthy", 'scalp = "salt"', tables="").replace("[design]", dose))
    assert told.startswith('arms[0].doses[0].treatment: map "salt" has no donor area')
    assert 'population.scalp = "regions"' in told


@pytest.mark.parametrize(
    ("severity", "message"),
    [
        ("101.0", "found 101; allowed: 0 to 100"),
        ('"salt_40_60"', "unknown grade of alopecia_areata"),
        ('"norwood_iii"', "male pattern hair loss"),
    ],
)
def test_the_extent_of_patches_is_a_percentage_or_a_class(severity, message):
    told = refusals(text("alopecia_areata", f"severity = {severity}", tables=""))
    assert len(told) == 1
    assert message in told[0]


def test_a_class_of_the_score_is_named_as_papers_do():
    scenario = parse_scenario(text("alopecia_areata", 'severity = "SALT 50-94"', tables=""))
    assert scenario.population.severity == "salt_50_94"
