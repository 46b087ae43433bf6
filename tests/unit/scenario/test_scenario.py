import copy
import json
import pickle
import tomllib

import pytest
from pydantic import ValidationError
from scenario_examples import FULL, KNOWN, SMALL

from follicle_sim.base.errors import InputError
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.protocol.describe import describe, dose_text
from follicle_sim.protocol.describe_design import timeline
from follicle_sim.protocol.unfold import unfold
from follicle_sim.scenario import (
    Scenario,
    dump_scenario,
    load_scenario,
    parse_scenario,
    scenario_hash,
    to_document,
    with_overrides,
)
from follicle_sim.scenario.fields.known import default_known
from follicle_sim.scenario.hashing import FIRST


@pytest.fixture
def full():
    return parse_scenario(FULL, known=KNOWN)


def small(*changes, overrides=()):
    text = SMALL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse_scenario(text, overrides=overrides, known=KNOWN)


def test_values_are_canonical(full):
    assert full.population.target_area == 5.067
    assert full.population.age == 35 * 365.25
    tablet, exosomes = full.arms[1].doses
    assert (tablet.amount, tablet.amount_dimension) == (1.0, "mass")
    assert (tablet.start, tablet.every, tablet.until) == (7.0, 1.0, 728.0)
    assert (exosomes.amount, exosomes.amount_dimension, exosomes.count) == (1e9, "particles", 12)
    assert full.design.visits == tuple(28.0 * k for k in range(27))
    assert full.end == 728.0
    assert full.record.memory_limit == 1e9
    assert full.biology == {
        "anagen_mean": 900.0,
        "kenogen_cv": 0.5,
        "progression": 0.046 / 365.25,
    }


def test_defaults():
    scenario = small()
    assert scenario.run.model_dump() == {
        "seed": 1,
        "replicates": 1,
        "history": 2191.5,
        "forcing_step": 1.0,
        "uncertainty": "none",
        "engine": "agents",
    }
    assert scenario.population.follicles is None
    assert scenario.population.follicles_per_subject == 100
    assert scenario.arms[0].doses == ()
    assert scenario.biology == {}


def test_dump_and_parse_are_inverse(full):
    for scenario in (full, small()):
        text = dump_scenario(scenario, known=KNOWN)
        tomllib.loads(text)
        again = parse_scenario(text, known=KNOWN)
        assert again == scenario
        assert scenario_hash(again) == scenario_hash(scenario)
        assert dump_scenario(again, known=KNOWN) == text


def test_dump_leaves_defaults_out():
    text = dump_scenario(small(), known=KNOWN)
    assert "[run]" not in text
    assert "amount_dimension" not in text
    assert 'target_area = "1 cm2"' in text


def test_json_form_is_the_file_form(full):
    document = json.loads(json.dumps(to_document(full, known=KNOWN)))
    assert Scenario.model_validate(document, context={"known": KNOWN}) == full


def test_scenarios_are_frozen_hashable_and_picklable(full):
    with pytest.raises(ValidationError):
        full.title = "x"
    with pytest.raises(ValidationError):
        full.arms[1].doses[0].amount = 5.0
    with pytest.raises(TypeError):
        full.biology["anagen_mean"] = 1.0
    again = pickle.loads(pickle.dumps(full))
    assert again == full
    assert hash(again) == hash(full)
    assert copy.deepcopy(full) == full


def test_frozen_map():
    frozen = FrozenMap({"a": 1, "b": 2})
    assert frozen == {"b": 2, "a": 1}
    assert hash(frozen) == hash(FrozenMap(b=2, a=1))
    with pytest.raises(AttributeError):
        frozen.other = 1
    assert pickle.loads(pickle.dumps(frozen)) == frozen


def test_hash_depends_on_values_only(full):
    days = parse_scenario(FULL.replace('"1 week"', '"7 days"'), known=KNOWN)
    other = parse_scenario(FULL.replace('"1 week"', '"8 days"'), known=KNOWN)
    assert scenario_hash(days) == scenario_hash(full) != scenario_hash(other)
    assert len(scenario_hash(full)) == 64
    amount = full.arms[1].doses[0].model_copy(update={"amount": 1})
    assert amount == full.arms[1].doses[0]


def test_a_later_key_counts_only_where_it_is_in_use():
    plain = parse_scenario(SMALL)
    said = {
        "run.uncertainty=none": "run.uncertainty=posterior",
        "population.spread.anagen=0.0": "population.spread.anagen=0.1",
        "design.visit_window=0 days": "design.visit_window=1 hour",
        "instrument.operators=1": "instrument.operators=2",
        "analysis.imputations=20": "analysis.imputations=21",
    }
    for default, used in said.items():
        more = ["run.replicates=2"] if "posterior" in used else []
        assert scenario_hash(parse_scenario(SMALL, overrides=[default])) == scenario_hash(plain)
        assert scenario_hash(parse_scenario(SMALL, overrides=[used, *more])) != scenario_hash(
            parse_scenario(SMALL, overrides=more)
        )


def test_the_keys_of_the_first_version_are_still_there():
    for table, keys in FIRST.items():
        assert keys <= set(table.model_fields)


def test_hash_tells_units_of_amounts_apart():
    dose = (
        '[[arms]]\nlabel="x"\nrole="treatment"\n[[arms.doses]]\ntreatment="saline"\namount="1 {}"\n'
    )
    one, two = (parse_scenario(SMALL + dose.format(unit), known=KNOWN) for unit in ("mg", "mL"))
    assert scenario_hash(one) != scenario_hash(two)


@pytest.mark.parametrize(
    ("override", "read"),
    [
        ("population.subjects=50", lambda s: s.population.subjects == 50),
        ("arms[1].doses[0].amount=5 mg", lambda s: s.arms[1].doses[0].amount == 5.0),
        ("arms.finasteride.doses[0].amount = 5 mg", lambda s: s.arms[1].doses[0].amount == 5.0),
        ('arms."finasteride".doses[0].amount="5 mg"', lambda s: s.arms[1].doses[0].amount == 5.0),
        ('arms["finasteride"].role=placebo', lambda s: s.arms[1].role == "placebo"),
        ("biology.anagen_mean=800 days", lambda s: s.biology["anagen_mean"] == 800.0),
        ('design.visits=["0 days", "1 week"]', lambda s: s.design.visits == (0.0, 7.0)),
        ("design.visits.every=52 weeks", lambda s: s.design.visits == (0.0, 364.0, 728.0)),
        ("record.follicles=false", lambda s: s.record.follicles is False),
        ("title=a=b", lambda s: s.title == "a=b"),
        ("population.severity=norwood_ii", lambda s: s.population.severity == "norwood_ii"),
    ],
)
def test_overrides(full, override, read):
    assert read(parse_scenario(FULL, overrides=[override], known=KNOWN))
    assert read(with_overrides(full, [override], known=KNOWN))


def test_overrides_apply_in_order_and_leave_the_original_alone(full):
    changed = with_overrides(full, ["run.seed=8", "run.seed=9"], known=KNOWN)
    assert (changed.run.seed, full.run.seed) == (9, 7)
    assert with_overrides(full, "run.seed=8", known=KNOWN).run.seed == 8


def test_override_creates_a_missing_table():
    assert small(overrides=["run.seed=3"]).run.seed == 3
    assert small(overrides=["biology.kenogen_cv=0.1"]).biology == {"kenogen_cv": 0.1}


def test_labels_with_dots_are_quoted_in_overrides():
    scenario = small(('"untreated"\nrole', '"minoxidil 2.5 %"\nrole'))
    changed = with_overrides(scenario, ['arms."minoxidil 2.5 %".label=x'], known=KNOWN)
    assert changed.arms[0].label == "x"


@pytest.mark.parametrize(
    ("override", "fragments"),
    [
        ("population.subjects=many", ['population.subjects: found "many"', "whole number"]),
        ("population.sujects=5", ["population.sujects: unknown key", '"subjects"']),
        ("arms.finastride.role=placebo", ["arms.finastride", 'did you mean "finasteride"?']),
        ("arms[9].role=placebo", ["arms[9]: no such entry; the list has 2"]),
        ("arms.finasteride.doses.amount=1", ["doses.amount", "position in brackets"]),
        ("title.x=1", ["title.x: title is not a table or a list"]),
        ("population[0]=1", ["population[0]: population is a table, not a list"]),
        ("population.subjects", ["not an override", '"path=value"']),
        ("=5", ["not an override"]),
        ("population..subjects=5", ["not an override"]),
        ("extends=other.toml", ["extends"]),
        ("run.seed=1\nreplicates = 2", ["run.seed: found"]),
    ],
)
def test_bad_overrides_are_named(override, fragments):
    with pytest.raises(InputError) as caught:
        parse_scenario(FULL, "x.toml", [override], known=KNOWN)
    message = str(caught.value)
    for fragment in [*fragments, "override"]:
        assert fragment in message
    assert message.startswith("x.toml: ")


def test_extends_merges_tables_and_arms_by_label(tmp_path):
    (tmp_path / "base.toml").write_text(FULL, encoding="utf-8")
    child = tmp_path / "child.toml"
    child.write_text(
        """
        extends = "base.toml"
        title = "Five milligrams"
        run.seed = 8
        design.visits = ["0 days", "52 weeks"]
        [[arms]]
        label = "finasteride"
        [[arms.doses]]
        treatment = "finasteride"
        amount = "5 mg"
        [[arms]]
        label = "untreated"
        role = "untreated"
        """
    )
    scenario = load_scenario(child, known=KNOWN)
    assert scenario.title == "Five milligrams"
    assert scenario.description == "Two years of daily tablets."
    assert (scenario.run.seed, scenario.run.replicates) == (8, 2)
    assert scenario.design.visits == (0.0, 364.0)
    assert [arm.label for arm in scenario.arms] == ["placebo", "finasteride", "untreated"]
    assert scenario.arms[1].role == "treatment"
    assert [dose.amount for dose in scenario.arms[1].doses] == [5.0]
    assert load_scenario(child, ["arms.untreated.label=none"], known=KNOWN).arms[2].label == "none"


def test_extends_can_be_chained_across_folders(tmp_path):
    folder = tmp_path / "bases"
    folder.mkdir()
    (folder / "a.toml").write_text(SMALL)
    (folder / "b.toml").write_text('extends = "a.toml"\nrun.seed = 2\n')
    (tmp_path / "c.toml").write_text('extends = "bases/b.toml"\nrun.replicates = 3\n')
    run = load_scenario(tmp_path / "c.toml", known=KNOWN).run
    assert (run.seed, run.replicates) == (2, 3)


def test_problem_in_a_base_names_the_base(tmp_path):
    (tmp_path / "base.toml").write_text(SMALL.replace("subjects = 2", "subjects = -2"))
    child = tmp_path / "child.toml"
    child.write_text('extends = "base.toml"\nrun.seed = -1\n')
    with pytest.raises(InputError) as caught:
        load_scenario(child, known=KNOWN)
    first, second = str(caught.value).splitlines()
    assert first.startswith(f"{tmp_path / 'base.toml'}: population.subjects: found -2")
    assert second.startswith(f"{child}: run.seed: found -1")


def test_series_of_visits_equals_the_list():
    listed = small(('"4 weeks"]', '"4 weeks", "8 weeks", "12 weeks"]'))
    series = small(('["0 days", "4 weeks"]', '{every = "28 days", until = "12 weeks"}'))
    assert listed == series


def test_percent_and_whole_floats_are_accepted():
    scenario = small(("subjects = 2", "subjects = 1e3\nspread = {growth = '10 %'}"))
    assert scenario.population.subjects == 1000
    assert scenario.population.spread.growth == 0.1


def test_byte_order_mark_is_ignored(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(SMALL, encoding="utf-8-sig")
    assert load_scenario(str(path), known=KNOWN) == small()


def test_schema_for_editors_names_every_table():
    schema = Scenario.model_json_schema()
    assert {"population", "arms", "design", "biology"} <= set(schema["properties"])
    assert "amount_dimension" not in schema["$defs"]["Dose"]["properties"]


def test_names_of_this_installation_are_found():
    known = default_known()
    assert known.treatments.keys() == known.routes.keys()
    assert {"healthy", "aga_male"} <= set(known.conditions)
    assert "anagen_mean" in known.parameters
    assert "kaufman_1998" in known.studies
    assert parse_scenario(SMALL).population.condition == "healthy"


def test_timeline_marks_doses_and_visits():
    text = SMALL.replace('"4 weeks"]', '"10 weeks"]') + (
        '[[arms]]\nlabel="x"\nrole="treatment"\n[[arms.doses]]\n'
        'treatment="laser"\namount="1 session"\nevery="2 weeks"\ncount=3\nadherence=0.8\n'
    )
    scenario = parse_scenario(text, known=KNOWN)
    axis, doses, visits = timeline(scenario, unfold(scenario), 1, width=11).splitlines()
    assert axis == "  weeks  0        10"
    assert doses == "  doses  D.D.D......"
    assert visits == "  visits V.........V"
    line = dose_text(scenario.arms[1].doses[0])
    assert line == "laser 1 session every 2 weeks 3 times with 0.8 of doses taken"


def test_description_reads_back_every_arm(full):
    text = describe(full)
    assert (
        "50 subjects, the same in every arm; aga_male, severity norwood_iii, male, aged 35 years"
        in text
    )
    assert "finasteride 1 mg oral every 1 day from 1 week until 104 weeks each over" in text
    assert "compare kaufman_1998: placebo = placebo, finasteride = finasteride_1mg" in text
    assert all(len(row) <= 69 for row in text.splitlines() if row.startswith("  visits"))


def test_description_of_a_lone_baseline_visit():
    scenario = small(('["0 days", "4 weeks"]', '["0 days"]'))
    assert "  visits V....." in describe(scenario)
