"""A scenario in the words of a paper equals the one in the words of the program."""

import re

import pytest
from clinic_example import CLINIC, MINOXIDIL, replaced

from follicle_sim import parse_scenario
from follicle_sim.base.errors import InputError
from follicle_sim.scenario import scenario_hash

EVERY = 'every = "3 weeks"'
TWICE = 'every = "12 hours"'
VISITS = '["0 weeks", "12 weeks", "24 weeks"]'
UNTREATED = 'role = "untreated"'
DENSITY = 'follicle_density = "180 cm-2"'
FIVE = 'treatment = "minoxidil_topical_5"'

# what the program says, and what a paper says for it
SAME = [
    (EVERY, 'every = "every 3 weeks"'),
    (EVERY, 'every = "every three weeks"'),
    (EVERY, 'every = "3 weeks apart"'),
    (EVERY, 'every = "at 3-week intervals"'),
    (EVERY, 'every = "Q3W"'),
    (EVERY, 'frequency = "every 3 weeks"'),
    (EVERY, 'interval = "21 days"'),
    (VISITS, '["baseline", "week 12", "week 24"]'),
    (VISITS, '"baseline, week 12 and week 24"'),
    (VISITS, '"0, 12 and 24 weeks"'),
    (VISITS, '"weeks 0, 12, 24"'),
    (VISITS, '"every 12 weeks for 24 weeks"'),
    (VISITS, '{ every = "every 12 weeks", until = "week 24" }'),
    ('"split_scalp"', '"split-scalp"'),
    ('"split_scalp"', '"Split scalp"'),
    ('"split_scalp"', '"half head"'),
    ('"trichoscopy"', '"Trichoscopy"'),
    ('"trichoscopy"', '"dermoscopy"'),
    ('"hair_density"', '"hair count"'),
    ('"hair_density"', '"Hair density"'),
    ('"hair_density"', '"TAHC"'),
    ('"paired_t"', '"paired t"'),
    ('"paired_t"', '"Paired-T"'),
    ('"aga_male"', '"male pattern hair loss"'),
    ('"aga_male"', '"MPHL"'),
    ('sex = "male"', 'sex = "men"'),
    ("subjects = 24", 'subjects = "24 in all"'),
    ("subjects = 24", 'subjects = "24 men in total"'),
    ("subjects = 24", 'subjects = "24 per side"'),
    ("subjects = 24", "subjects_in_all = 24"),
    ("subjects = 24", 'subjects = 24\nsite = "vertex"'),
    ('method = "trichoscopy"', 'method = "trichoscopy"\nregion = "Crown"'),
    ('amount = "1 session"', 'amount = "1 session"\nstart = "baseline"'),
    (UNTREATED, 'role = "no treatment"'),
    (UNTREATED, 'role = "Untreated control"'),
]

SAME_PLACEBO = ["vehicle", "Saline", "sham", "sham device", "placebo group", "Vehicle control"]

SAME_MINOXIDIL = [
    (TWICE, 'every = "twice daily"'),
    (TWICE, 'every = "Twice a day"'),
    (TWICE, 'every = "b.i.d."'),
    (TWICE, 'every = "2x/day"'),
    (TWICE, 'frequency = "two times per day"'),
    (TWICE, 'every = "12-hourly"'),
    (FIVE, 'treatment = "minoxidil 5 %"'),
    (FIVE, 'treatment = "5% topical minoxidil"'),
    (FIVE, 'treatment = "Minoxidil 5 % solution"'),
    (FIVE, 'treatment = "topical_minoxidil_5"'),
    ("subjects = 24", 'subjects = "48 in all"'),
    ("subjects = 24", 'subjects = "24 per arm"'),
    ("subjects = 24", 'subjects = "24 patients in each arm"'),
    ("subjects = 24", "subjects_per_arm = 24"),
    ("subjects = 24", "subjects_in_all = 48"),
]


def check_same(text, own, paper):
    plain = parse_scenario(text)
    other = parse_scenario(replaced(own, paper, text))
    assert other == plain
    assert scenario_hash(other) == scenario_hash(plain)


@pytest.mark.parametrize(("own", "paper"), SAME)
def test_words_of_a_clinic_mean_the_same(own, paper):
    check_same(CLINIC, own, paper)


@pytest.mark.parametrize("word", SAME_PLACEBO)
def test_roles_of_a_placebo_mean_the_same(word):
    text = replaced(UNTREATED, 'role = "placebo"')
    check_same(text, 'role = "placebo"', f'role = "{word}"')


@pytest.mark.parametrize(("own", "paper"), SAME_MINOXIDIL)
def test_words_of_a_drug_trial_mean_the_same(own, paper):
    check_same(MINOXIDIL, own, paper)


@pytest.mark.parametrize(
    ("own", "paper"),
    [
        ("1 day", "daily"),
        ("1 day", "once a day"),
        ("1 week", "once weekly"),
        ("56 hours", "3 times a week"),
        ("56 hours", "three times weekly"),
        ("84 hours", "twice a week"),
        ("1 month", "monthly"),
        ("1 month", "once per month"),
        ("2 months", "every other month"),
        ("2 weeks", "fortnightly"),
        ("2 days", "on alternate days"),
    ],
)
def test_frequencies_are_times_between_doses(own, paper):
    text = replaced(TWICE, f'every = "{own}"', MINOXIDIL)
    check_same(text, f'every = "{own}"', f'every = "{paper}"')


@pytest.mark.parametrize(
    ("paper", "follicles", "radius"),
    [
        ("35 per 4-mm punch", 35, 0.2),
        ("35 follicles per 4 mm punch biopsy", 35, 0.2),
        ("30 terminal and 5 vellus follicles per 4-mm punch", 35, 0.2),
        ("30 terminal + 5 vellus per 4-mm punch", 35, 0.2),
        ("20 follicles in a 3-mm punch", 20, 0.15),
    ],
)
def test_a_biopsy_gives_follicles_per_area(paper, follicles, radius):
    who = parse_scenario(replaced(DENSITY, f'follicle_density = "{paper}"')).population
    area = 3.141592653589793 * radius**2
    assert who.follicle_density == pytest.approx(follicles / area, rel=1e-12)


def test_people_in_all_follow_the_allocation():
    text = replaced('"parallel"', '"parallel"\nallocation = { exosomes = 2 }', MINOXIDIL)
    plain = parse_scenario(text)
    assert parse_scenario(replaced("subjects = 24", 'subjects = "72 in all"', text)) == plain


@pytest.mark.parametrize(
    ("own", "word", "name"),
    [
        ("microneedling", "dermaroller", "microneedling"),
        ("prp_injection", "PRP", "prp_injection"),
        ("prp_injection", "platelet-rich plasma", "prp_injection"),
        ("saline_injection", "saline", "saline_injection"),
        ("laser_comb", "Laser comb", "laser_comb"),
        ("contact_immunotherapy", "DPCP", "contact_immunotherapy"),
        ("scalp_cooling", "cold cap", "scalp_cooling"),
        ("scalp_cooling", "scalp cooling", "scalp_cooling"),
    ],
)
def test_sessions_are_known_by_their_usual_names(own, word, name):
    text = replaced('"exosomes_adipose_microneedling"', f'"{own}"')
    check_same(text, f'"{own}"', f'"{word}"')
    assert parse_scenario(text).arms[0].doses[0].treatment == name


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("Olumiant", "baricitinib_oral"),
        ("Litfulo", "ritlecitinib_oral"),
        ("Leqselvi", "deuruxolitinib_oral"),
        ("Rinvoq", "upadacitinib_oral"),
        ("Xeljanz", "tofacitinib_oral"),
        ("Kenalog", "triamcinolone_intralesional"),
        ("Plaquenil", "hydroxychloroquine_oral"),
        ("MTX", "methotrexate_oral"),
    ],
)
def test_drugs_are_known_by_their_brand_names(word, name):
    tablets = f'amount = "4 mg", every = "1 day", until = "24 weeks", treatment = "{word}"'
    text = (
        'schema_version = 1\ntitle = "t"\n'
        f'arms = [{{ label = "a", role = "treatment", doses = [{{ {tablets} }}] }}]\n'
        'design = { kind = "parallel", visits = ["0 days"] }\n[population]\nsubjects = 2\n'
        'condition = "healthy"\ntarget_area = "1 cm2"\nfollicle_density = "200 cm-2"\n'
    )
    assert parse_scenario(text).arms[0].doses[0].treatment == name


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("JAK inhibitor", 'which one? "baricitinib_oral"'),
        ("corticosteroid", 'which one? "prednisolone_oral"'),
        ("prednisone", 'write "prednisolone_oral"'),
    ],
)
def test_a_word_for_several_drugs_is_asked_about(word, message):
    text = replaced('"exosomes_adipose_microneedling"', f'"{word}"')
    with pytest.raises(InputError, match=re.escape(message)):
        parse_scenario(text)


def test_an_override_may_be_in_words_of_papers_too():
    words = ["arms.exosomes.doses[0].every=twice daily", "population.subjects=48 in all"]
    assert parse_scenario(MINOXIDIL, overrides=words) == parse_scenario(MINOXIDIL)
