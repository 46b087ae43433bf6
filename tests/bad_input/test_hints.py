"""Wrong spellings, roles, units and files, and the hint each gets: none misleads.

A hint that is not in the table would be one too many: where no "did you mean" is expected, none may
come.
"""

import pytest
from clinic_example import CLINIC, replaced

from follicle_sim import InputError, load_scenario, parse_scenario
from follicle_sim.pharmacology.library import load_treatment

ROLE = 'role = "treatment"'
CONTROL = 'role = "untreated"'
GIVEN = '"exosomes_adipose_microneedling"'
EVERY = 'every = "3 weeks"'
COUNT = "count = 6"
SEX = 'sex = "male"'
FOLLICLES = 'follicle_density = "180 cm-2"'
GRADE = 'severity = "norwood_iii"'
METHOD = 'method = "trichoscopy"'
ENDPOINT = 'endpoint = "hair_density"'
TEST = 'method = "paired_t"'
EXOSOMES = ", ".join(
    f'"exosomes_{kind}"'
    for kind in (
        "adipose_microneedling",
        "foreskin_injection",
        "placental_injection",
        "umbilical_microneedling",
    )
)
KINDS_OF_CONTROL = 'which kind of control? "untreated"'

# (in the example, in its place, the hint)
HINTS = [
    # roles
    (ROLE, 'role = "exosome"', "allowed: treatment, placebo, active_control, untreated"),
    (CONTROL, 'role = "control"', KINDS_OF_CONTROL),
    (CONTROL, 'role = "Control group"', KINDS_OF_CONTROL),
    (CONTROL, 'role = "comparator"', KINDS_OF_CONTROL),
    (CONTROL, 'role = "negative control"', KINDS_OF_CONTROL),
    (CONTROL, 'role = "active"', '"treatment" (the one that is tried) or "active_control"'),
    (CONTROL, 'role = "plcebo"', 'did you mean "placebo"?'),
    (CONTROL, 'role = "untreted"', 'did you mean "untreated"?'),
    # treatments
    (GIVEN, '"exosomes"', f"which one: {EXOSOMES}?"),
    (GIVEN, '"exosome"', f"which one: {EXOSOMES}?"),
    (GIVEN, '"exosome_adipose_microneedling"', f"did you mean {GIVEN}?"),
    (GIVEN, '"finasteride"', 'which one: "finasteride_oral", "finasteride_topical"?'),
    (GIVEN, '"minoxidil"', 'which one: "minoxidil_foam_5", "minoxidil_oral",'),
    (GIVEN, '"minoxidil 3 %"', 'amount = "0.6 mL"'),
    (GIVEN, '"minoxidil 1%"', 'amount = "0.2 mL"'),
    (GIVEN, '"minoxidil_topical_3"', 'amount = "0.6 mL"'),
    (GIVEN, '"3 % minoxidil"', '0.6 mL of "minoxidil_topical_5"'),
    (GIVEN, '"laser helmet"', 'one light device, "laser_comb"'),
    (GIVEN, '"LLLT"', 'one light device, "laser_comb"'),
    (GIVEN, '"placebo"', 'give the arm role = "placebo" and no doses'),
    (GIVEN, '"aspirin"', "unknown treatment; allowed: "),
    (GIVEN, '"stem cells"', "unknown treatment; allowed: "),
    # people
    ('"aga_male"', '"AGA"', 'of men ("aga_male") or of women ("aga_female")?'),
    ('"aga_male"', '"postmenopausal"', "the model has no menopause"),
    ('"aga_male"', '"alopecia areatta"', 'did you mean "alopecia_areata"?'),
    ('"aga_male"', '"aga_mael"', 'did you mean "aga_male"?'),
    (SEX, 'sex = "both"', "allowed: male, female"),
    (SEX, "age = 42", 'allowed: an age such as "42 years"'),
    (SEX, 'menopause = "post"', "the model has no menopause: give ages"),
    (SEX, 'site = "frontal"', "hair is counted stands in population.region"),
    ("subjects = 24", "patients = 24", 'did you mean "subjects"?'),
    ("subjects = 24", 'subjects = "two dozen"', "allowed: a whole number"),
    ('spread = "typical"', 'spread = "typicl"', 'did you mean "typical"?'),
    # baselines as counted
    (FOLLICLES, 'density = "140 cm-2"', 'of hairs or of follicles? "hair_density" (hairs per'),
    (
        FOLLICLES,
        "hair_density = 140",
        "found 140 without a unit; a density with a unit is needed, ",
    ),
    (FOLLICLES, "hair_density = 140", 'for example "140 cm-2"'),
    (FOLLICLES, 'vellus_density = "5 cm-2"', 'give all hairs that are counted, "hair_density"'),
    (GRADE, 'grade = "IV"', 'did you mean "severity"?'),
    (GRADE, 'norwood = "IV"', 'did you mean "severity"?'),
    (GRADE, "salt = 50", "SALT is the share of the scalp lost to alopecia areata"),
    (FOLLICLES, 'baseline = "140 cm-2"', 'did you mean "hair_density"?'),
    (FOLLICLES, "counts = 140", 'did you mean "hair_count"?'),
    (
        FOLLICLES,
        'hair_count = "99 in 0.65 cm2"',
        'allowed: hair_count = 99 and target_area = "0.65 cm2"',
    ),
    (FOLLICLES, 'hair_count = "99 hairs in 0.65 cm2"', 'target_area = "0.65 cm2"'),
    # doses
    (EVERY, 'every = "biweekly"', 'allowed: "every 2 weeks", "twice a week"'),
    (EVERY, 'every = "3 wekes"', 'did you mean "weeks"?'),
    (EVERY, 'every = "often"', 'for example "4 weeks"'),
    (EVERY, 'every = "3 mm"', 'found "3 mm", a length; a time with a unit is needed'),
    (EVERY, 'intervl = "3 weeks"', 'did you mean "every"?'),
    (COUNT, "sessions = 6", 'did you mean "count"?'),
    (COUNT, 'count = 6\nneedle_depth = "1.5 mm"', "the model has no depth of needles"),
    (COUNT, 'count = 6\nstrength = "5 %"', "a strength belongs to the treatment"),
    (COUNT, "count = 6\npotency = 2", "biology.potency_exosomes_adipose_microneedling = 1.5"),
    ('"1 session"', '"5 mL"', 'is dosed by sessions, for example "1 session"'),
    ('"1 session"', '"1 sesion"', 'did you mean "session"?'),
    # designs, instruments, analysis
    ('"split_scalp"', '"split_scap"', 'did you mean "split_scalp"?'),
    ('"split_scalp"', '"randomised"', "allowed: counterfactual, parallel, split_scalp"),
    ('"24 weeks"]', '"24 weaks"]', 'did you mean "weeks"?'),
    (METHOD, 'method = "biopsy"', "a biopsy counts follicles, not hairs"),
    (METHOD, 'method = "trichscan"', 'did you mean "trichoscan"?'),
    (METHOD, 'method = "photograph"', "unknown method; allowed: plain, global_photo"),
    (ENDPOINT, 'endpoint = "density"', 'of which hairs? "hair_density"'),
    (ENDPOINT, 'endpoint = "hair_densty"', 'did you mean "hair_density"?'),
    (ENDPOINT, 'endpoint = "satisfaction"', "does not see satisfaction; allowed: "),
    (TEST, 'method = "anova"', 'that is "t_test"; "ancova" adjusts for the baseline too'),
    (TEST, 'method = "paird_t"', 'did you mean "paired_t"?'),
    # areas and densities
    ('"1 cm2"', '"1 cm"', 'found "1 cm", a length; an area with a unit is needed'),
    ('"180 cm-2"', '"180 hairs/cm2"', "follicles are meant"),
    # tables and numbers of the biology
    ("[design]", "[desing]", 'did you mean "design"?'),
    ("[design]", "[biology]\npotency_exosome = 2\n[design]", 'which one: "potency_exosomes_'),
    ("[design]", "[biology]\npotency_lazer_comb = 2\n[design]", 'mean "potency_laser_comb"?'),
    ("[design]", "[biology]\npotency = 2\n[design]", "a potency is that of one treatment"),
    ("[design]", "[biology]\nanagen = 2\n[design]", 'which one: "anagen_mean", "anagen_cv"?'),
    ("[design]", "[treatments.laser_comb]\ntitle = 'x'\n[design]", "biology.potency_laser_comb"),
]


def refusal(text, overrides=()):
    with pytest.raises(InputError) as caught:
        parse_scenario(text, overrides=overrides)
    return str(caught.value)


@pytest.mark.parametrize(("own", "wrong", "hint"), HINTS)
def test_a_slip_gets_its_hint_and_no_other(own, wrong, hint):
    message = refusal(replaced(own, wrong))
    assert hint in message
    assert message.count("did you mean") == hint.count("did you mean") + hint.startswith("mean ")
    assert len(message.splitlines()) == 1


OVERRIDES = [
    ("biology.potency_exosome=2", 'did you mean "biology.potency_exosomes_adipose_microneedling"?'),
    ("potency_exosome=2", 'did you mean "biology.potency_exosomes_adipose_microneedling"?'),
    ("biology.potency_zzz=2", "zzz is no treatment with a potency; allowed: "),
    ("arms.exosome.role=placebo", 'no arm of that label; did you mean "exosomes"?'),
    ("arms.drug.potency=2", "no arm of that label; allowed: exosomes, control"),
    ("arms.control.potency=2", "nothing is given here, so nothing has a potency"),
    ("treatments.finasteride_oral.potency=2", "finasteride_oral has no potency to set"),
    ("treatments.exosomes.potency.value=2", "exosomes is no treatment with a potency; which one:"),
]


@pytest.mark.parametrize(("override", "hint"), OVERRIDES)
def test_an_override_gets_its_hint(override, hint):
    message = refusal(CLINIC, [override])
    assert hint in message
    assert message.count("did you mean") == hint.count("did you mean")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "clinic.toml").write_text(CLINIC)
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'nope'\n")
    (tmp_path / "nope_tool.toml").write_text("[tool]\nx = 1\n")
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "park.toml").write_text(CLINIC)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("nope.toml", "; scenarios in {folder}: clinic.toml"),
        ("pyprojekt.toml", "; scenarios in {folder}: clinic.toml"),
        ("nope_tol.toml", "; scenarios in {folder}: clinic.toml"),
        ("clinc.toml", '; did you mean "{folder}/clinic.toml"?'),
        ("clinic", '; did you mean "{folder}/clinic.toml"?'),
        ("clinic.csv", '; did you mean "{folder}/clinic.toml"?'),
        ("park.toml", '; did you mean "{folder}/scenarios/park.toml"?'),
        ("none/x.toml", "; the folder {folder}/none cannot be read or does not exist"),
    ],
)
def test_a_missing_file_suggests_scenarios_only(folder, name, hint):
    with pytest.raises(InputError) as caught:
        load_scenario(folder / name)
    assert str(caught.value) == f"{folder / name}: no such file{hint.format(folder=folder)}"


def test_a_folder_without_scenarios_says_so(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    with pytest.raises(InputError, match="there is no scenario in"):
        load_scenario(tmp_path / "nope.toml")


def test_a_missing_table_of_data_suggests_tables_only(tmp_path):
    (tmp_path / "counts.csv").write_text("arm,week\n")
    path = tmp_path / "mine.toml"
    for name, hint in (("count.csv", 'did you mean "counts.csv"?'), ("x.csv", "tables there:")):
        path.write_text(replaced("[design]", f'[[compare]]\ndata = "{name}"\n[design]'))
        with pytest.raises(InputError) as caught:
            load_scenario(path)
        assert hint in str(caught.value)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("exosomes", f"which one: {EXOSOMES}?"),
        ("finastride_oral", 'did you mean "finasteride_oral"?'),
        ("dutasteride", 'did you mean "dutasteride_oral"?'),
        ("zzz", "unknown treatment; allowed: "),
    ],
)
def test_the_library_names_what_was_meant(name, hint):
    with pytest.raises(InputError) as caught:
        load_treatment(name)
    assert hint in str(caught.value)
