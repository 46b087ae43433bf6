"""Conditions that follow age, in a scenario: what runs, what changes no bit, what is refused."""

import numpy as np
import pytest

from follicle_sim import dump_scenario, parse_scenario, simulate
from follicle_sim.base.errors import InputError

NUMBER = '{{ value = {}, unit = "{}", source = "our clinic", grade = "user" }}'.format
CURVE = (
    '{{ ages = [20, 40, 60], values = {}, unit = "{}", source = "our clinic", grade = "user" }}'
).format
OWN = f"""\
[conditions.slow]
title = "Slow ageing, as we see it"
source = "our clinic"
androgen_sensitive = false
default_severity = "none"
severities = {{ none = 0.0 }}
follicle_density = {NUMBER(240.0, "1/cm2")}
typical_spread = "healthy"
[[conditions.slow.clocks]]
about = "hairs grow for a shorter time"
phase = "anagen"
speed_by_age = {CURVE([1.0, 1.0, 1.0], "1")}
age_sd = {NUMBER(3.0, "year")}
[[conditions.slow.calibres]]
about = "shafts grow thinner"
rate_by_age = {CURVE([0.0, 0.0, 0.0], "um/year")}
since = {NUMBER(25.0, "year")}
shaft = {NUMBER(80.0, "um")}
[[conditions.slow.signals]]
about = "more androgen"
factor = "DHT"
level = {NUMBER(1.0, "1")}
"""
BODY = """\
schema_version = 1
title = "people grow older"
[population]
subjects = 6
follicles = 120
target_area = "0.5 cm2"
follicle_density = "240 cm-2"
condition = "{condition}"
{more}
[[arms]]
label = "nobody treated"
role = "untreated"
[design]
kind = "counterfactual"
visits = ["0 days", "1 year", "10 years"]
[run]
history = "2 years"
forcing_step = "14 days"
"""


def text(condition="slow", more='age = ["30 years", "60 years"]', own=OWN):
    return BODY.format(condition=condition, more=more) + own


def bits(scenario):
    data = simulate(parse_scenario(scenario))
    return {name: values.values.tobytes() for name, values in data.data_vars.items()}


def test_effects_that_are_nothing_change_no_bit():
    """Speeds of 1, rates of 0 and a level of 1, in people of any age, are a healthy scalp."""
    assert bits(text()) == bits(text("healthy", own=""))
    pattern = 'age = ["30 years", "60 years"]\nseverity = "norwood_iii"\n'
    with_it = text("aga_male", pattern + 'also = ["slow"]')
    assert bits(with_it) == bits(text("aga_male", pattern, own=""))


def test_a_shaft_thins_and_rests_more_and_is_written_and_read_again():
    own = OWN.replace("[0.0, 0.0, 0.0]", "[-0.5, -0.5, -0.5]").replace("1.0, 1.0]", "1.5, 1.5]")
    scenario = parse_scenario(text(own=own, more='age = "30 years"'))
    assert parse_scenario(dump_scenario(scenario)) == scenario
    data = simulate(scenario).isel(arm=0).mean("subject")
    assert float(data.shaft_calibre[-1] / data.shaft_calibre[0]) == pytest.approx(
        (80.0 - 0.5 * 15.0) / (80.0 - 0.5 * 5.0), abs=0.01
    )
    assert float(data.anagen_fraction[-1]) < float(data.anagen_fraction[0])


def test_the_order_of_what_people_have_besides_is_no_matter():
    """Also where people differ in each: draws are named by the condition and not by its place."""
    age = 'severity = "ludwig_i"\nage = "45 years"\nalso = [{}]'.format
    one = bits(text("aga_female", age('"ageing_female", "menopause", "postpartum"'), own=""))
    assert one == bits(
        text("aga_female", age('"postpartum", "menopause", "ageing_female"'), own="")
    )
    assert one != bits(text("aga_female", age('"postpartum", "ageing_female"'), own=""))


def test_people_of_one_age_and_each_alone_are_the_same_people():
    """What follows age is each person's own, whoever stands beside them in the arm."""
    many = simulate(parse_scenario(text("ageing_male", own="")))
    ages = many.age.values[0]
    one = simulate(parse_scenario(text("ageing_male", f'age = "{ages[0] * 365.25:.12f} days"', "")))
    assert len(np.unique(ages)) == 6
    seen, alone = many.shaft_calibre.values[0, 0], one.shaft_calibre.values[0, 0]
    np.testing.assert_allclose(seen, alone, rtol=1e-9)
    assert not np.allclose(many.shaft_calibre.values[0, 1], one.shaft_calibre.values[0, 1])


def refusals(scenario):
    with pytest.raises(InputError) as caught:
        parse_scenario(scenario)
    return [f"{problem.where}: {problem.message}" for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ("ages = [20, 40, 60], values = [1.0", "ages = [20, 60, 40], values = [1.0",
         "clocks[0].speed_by_age", "ages: found 20, 60, 40; each must be above the one before"),
        ("values = [1.0, 1.0, 1.0]", "values = [1.0, 1.0]", "clocks[0].speed_by_age",
         "values: found 2 for 3 ages; one for each is needed"),
        ("values = [1.0, 1.0, 1.0]", "values = [1.0, -1.0, 1.0]", "clocks[0].speed_by_age",
         "-1 1 is out of bounds: > 0"),
        ("ages = [20, 40, 60], values = [1.0", "ages = [20, 40, 160], values = [1.0",
         "clocks[0].speed_by_age", "ages: found 20 to 160 years; allowed: 0 to 120"),
        ("values = [0.0, 0.0, 0.0]", "values = [0.0, -1.0, -1.0]", "calibres[0]",
         "rate_by_age leaves 7.62 um of a shaft of 80 um at 103 years; allowed: 10 % of it"),
        ('"um/year"', '"um"', "calibres[0].rate_by_age",
         'unit is "um"; this number is kept in "um/year"'),
        (NUMBER(80.0, "um"), NUMBER(-80.0, "um"), "calibres[0].shaft",
         "-80 um is out of bounds: > 0"),
        ("rate_by_age", "rates_by_age", "calibres[0]", 'did you mean "rate_by_age"?'),
        ("speed_by_age", f"speed = {NUMBER(2.0, '1')}\nspeed_by_age", "clocks[0]",
         "give either speed or speed_by_age, one of them"),
        ('factor = "DHT"', 'factor = "DTH"', "signals[0]", 'no factor "DTH"; did you mean "DHT"?'),
        (NUMBER(1.0, "1"), f"{NUMBER(1.0, '1')}\nstart = {NUMBER(0.0, 'd')}", "signals[0]",
         "give start and duration together"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_where_it_is(old, new, where, message):
    assert old in OWN
    told = refusals(text(own=OWN.replace(old, new, 1)))
    found = [line for line in told if line.startswith(f"conditions.slow.{where}")]
    assert any(message in line for line in found), told


def test_ages_are_asked_for_where_something_follows_them():
    (told,) = refusals(text("ageing_male", more="", own=""))
    assert told.startswith("population.age: ageing_male follows people's age, and none is given")
    (told,) = refusals(text("aga_female", more='also = ["menopause"]', own=""))
    assert told.startswith("population.age: aga_female or menopause follows people's age")


@pytest.mark.parametrize("also", ['"ageing_male"', '"healthy", "ageing_male"', '"ageing_female"'])
def test_a_condition_that_holds_another_one_is_not_beside_it(also):
    (told,) = refusals(text("ageing", more=f'age = "30 years"\nalso = [{also}]', own=""))
    name = also.split('"')[-2]
    assert f'found "{name}" beside "ageing"; {name} has what ageing does already' in told
