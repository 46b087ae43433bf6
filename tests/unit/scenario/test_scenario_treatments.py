"""A treatment added without Python: in a scenario, in a folder beside it, in the library."""

import shutil

import numpy as np
import pytest

from follicle_sim import dump_scenario, load_scenario, parse_scenario, simulate, with_overrides
from follicle_sim.base.errors import InputError
from follicle_sim.pharmacology import fitted as values
from follicle_sim.pharmacology import library
from follicle_sim.results.provenance import result_attrs, stored_scenario
from follicle_sim.scenario import scenario_hash
from follicle_sim.scenario.fields.known import default_known
from follicle_sim.scenario.text.files import parse_toml
from follicle_sim.scenario.text.write import write_toml

NUMBER = '{{ value = {}, unit = "{}", source = "our pilot", grade = "user" }}'.format
DRUG = f"""\
title = "A cocktail of ours"
route = "topical"
amount = "mass"
[disposition]
half_life = {NUMBER(2.0, "d")}
[effect]
kind = "emax"
ec50 = {NUMBER(1.0, "mg")}
hill = {NUMBER(1.0, "1")}
maximum = {NUMBER(1.0, "1")}
[signature]
WNT = {NUMBER(0.5, "1")}
HGF = {NUMBER(0.3, "1")}
[potency]
value = 1.5
unit = "1"
source = "our pilot"
grade = "user"
[person_cv]
value = 0.2
unit = "1"
source = "our pilot"
grade = "user"
[variants.strong]
reason = "as we hope"
potency = {NUMBER(3.0, "1")}
"""
BODY = """\
schema_version = 1
title = "A drug of our own"
{top}
[population]
subjects = 6
follicles = 60
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
[[arms]]
label = "ours"
role = "treatment"
[[arms.doses]]
treatment = "my_drug"
amount = "{amount}"
{dose}
every = "1 day"
until = "12 weeks"
[design]
kind = "counterfactual"
visits = ["0 days", "12 weeks"]
[run]
history = "1 year"
{bottom}
"""


def inline(drug=DRUG):
    headed = drug.replace("\n[", "\n[treatments.my_drug.")
    return f"[treatments.my_drug]\n{headed}"


def text(drug=DRUG, amount="2 mg", top="", dose="", bottom=""):
    return BODY.format(top=top, amount=amount, dose=dose, bottom=f"{bottom}\n{drug}")


def problems(scenario_text):
    with pytest.raises(InputError) as caught:
        parse_scenario(scenario_text)
    return str(caught.value)


def test_a_scenario_brings_its_own_treatment_and_it_acts():
    scenario = parse_scenario(text(inline()))
    result = simulate(scenario)
    levels = result.factor_level.sel(factor="WNT").isel(time=-1)
    assert (levels > 1.0).all()
    assert np.unique(levels).size == 6  # person_cv
    none = simulate(with_overrides(scenario, ["arms.ours.doses[0].amount=0 mg"]))
    assert (none.factor_level == 1.0).all()


def test_inline_folder_and_library_give_the_same_bits(tmp_path, monkeypatch):
    here = parse_scenario(text(inline()))
    folder = tmp_path / "my_treatments"
    folder.mkdir()
    (folder / "my_drug.toml").write_text(DRUG)
    file = tmp_path / "scenario.toml"
    file.write_text(text("", top='treatment_folder = "my_treatments"'))
    beside = load_scenario(file)
    assert beside == here
    assert scenario_hash(beside) == scenario_hash(here)

    shelf = tmp_path / "library"
    shutil.copytree(values.LIBRARY, shelf)
    shutil.copy(folder / "my_drug.toml", shelf)
    for function in (library.treatment_file, library.load_treatment, library.treatment_names):
        monkeypatch.setattr(function, "__defaults__", (*function.__defaults__[:-1], shelf))
    default_known.cache_clear()
    try:
        shelved = parse_scenario(text(""))
        assert not shelved.treatments
        results = [simulate(scenario) for scenario in (here, beside, shelved)]
    finally:
        default_known.cache_clear()
    for name in results[0].data_vars:
        first, *others = [result[name].to_numpy() for result in results]
        assert all(first.tobytes() == other.tobytes() for other in others), name


def test_it_is_written_back_and_kept_in_results():
    bottom = "[biology]\npotency_my_drug = 2.5\n"
    scenario = parse_scenario(text(inline(), bottom=bottom, dose='variants = ["strong"]'))
    written = dump_scenario(scenario)
    assert "[treatments.my_drug.disposition]" in written
    assert parse_scenario(written) == scenario
    assert hash(parse_scenario(written)) == hash(scenario)
    again = stored_scenario(result_attrs(scenario), "result.nc")
    assert again == scenario
    assert scenario_hash(again) == scenario_hash(scenario)


def test_its_potency_can_be_set_like_any_other():
    scenario = parse_scenario(text(inline()))
    off = with_overrides(scenario, ["biology.potency_my_drug=0"])
    assert (simulate(off).factor_level == 1.0).all()
    weaker = with_overrides(scenario, ["treatments.my_drug.potency.value=0.1"])
    assert simulate(weaker).factor_level.max() < simulate(scenario).factor_level.max()
    strong = with_overrides(scenario, ['arms.ours.doses[0].variants=["strong"]'])
    assert simulate(strong).factor_level.max() > simulate(scenario).factor_level.max()


def test_the_amount_of_a_dose_is_checked_against_it():
    message = problems(text(inline(), amount="1 mL"))
    assert "arms[0].doses[0].amount" in message
    assert "my_drug is dosed by mass" in message
    assert 'unknown treatment; did you mean "my_drug"' in problems(
        text(inline().replace("my_drug", "my_drugs")).replace('"my_drugs"', '"my_drug"')
    ).replace("my_drugs", "my_drug")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'half_life = { value = 2.0, unit = "d", source = "our pilot",',
            'half_life = { value = 2.0, unit = "d",',
            "treatments.my_drug.disposition.half_life.source: missing",
        ),
        ('unit = "d"', 'unit = "h"', 'treatments.my_drug.disposition.half_life: unit is "h"'),
        ("WNT =", "WNTT =", 'did you mean "WNT"'),
        ('amount = "mass"', 'amount = "weight"', "treatments.my_drug.amount"),
        ('amount = "mass"', "", "treatments.my_drug.amount: missing"),
        ('title = "A', 'colour = "red"\ntitle = "A', "treatments.my_drug.colour: unknown key"),
        ('title = "A', 'name = "x"\ntitle = "A', "treatments.my_drug.name"),
        ('grade = "user"', 'grade = "gospel"', "grade"),
    ],
)
def test_mistakes_are_told_in_the_words_of_the_file(old, new, message):
    found = problems(text(inline(DRUG.replace(old, new))))
    assert message in found
    assert "arms[0].doses" not in found  # told once, where it is


def test_names_are_checked():
    assert "already a treatment of the library" in problems(
        text(inline().replace("my_drug", "vehicle"))
    )
    assert "small letters" in problems(text(inline().replace(".my_drug", '."My drug"')))
    assert "tables are needed" in problems(text("", top="treatments = 3"))
    assert "a table is needed" in problems(text("[treatments]\nmy_drug = 3"))
    assert 'no value "x"' in problems(
        text(inline().replace("half_life = {", 'half_life = { fitted = "potencies.x" } # {'))
    )


def test_variants_of_a_dose_are_checked():
    found = problems(text(inline(), dose='variants = ["strung"]'))
    assert "arms[0].doses[0].variants[0]" in found
    assert 'did you mean "strong"' in found
    assert "twice" in problems(text(inline(), dose='variants = ["strong", "strong"]'))
    assert "a list of names" in problems(text(inline(), dose='variants = "strong"'))
    library_drug = text("", amount="1 mL").replace("my_drug", "minoxidil_topical_5")
    assert "allowed: exogen_release" in problems(
        library_drug.replace("every", 'variants = ["zz"]\nevery', 1)
    )


def test_a_folder_that_cannot_be_used_is_refused(tmp_path):
    file = tmp_path / "scenario.toml"

    def refused(top, drug=""):
        file.write_text(text(drug, top=top))
        with pytest.raises(InputError) as caught:
            load_scenario(file)
        return str(caught.value)

    assert "no such folder" in refused('treatment_folder = "nowhere"')
    assert "name of one folder" in refused("treatment_folder = 3")
    (tmp_path / "drugs").mkdir()
    assert "holds no .toml file" in refused('treatment_folder = "drugs"')
    (tmp_path / "drugs/my_drug.toml").write_text(DRUG)
    assert "keep one" in refused('treatment_folder = "drugs"', inline())
    (tmp_path / "drugs/my_drug.toml").write_text(DRUG.replace("WNT", "WNTT"))
    assert "my_drug.toml: treatments.my_drug" in refused('treatment_folder = "drugs"')
    assert "works in files only" in problems(text(inline(), top='treatment_folder = "drugs"'))


def test_a_scenario_without_its_own_keeps_the_hash_it_had():
    plain = text("", amount="1 mL").replace("my_drug", "vehicle")
    assert scenario_hash(parse_scenario(plain)) == (
        "6c6370dbc045241b32382d47391ba714affb1cb2886c22d50b2465a79acb1d6f"
    )


def test_the_writer_gives_tables_of_tables_a_header():
    tables = {"treatments": {"a": {"title": "x", "effect": {"ec50": {"value": 1.0}}}}}
    assert parse_toml(write_toml(tables), "x") == tables
