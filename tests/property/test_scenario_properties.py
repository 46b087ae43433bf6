"""Properties of scenario files: round trips, units, misspelt keys, and nothing but InputError."""

import contextlib
import copy
import string

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from random_scenarios import OF_AREAS
from scenario_examples import FULL, KNOWN

from follicle_sim.base.errors import InputError, UnitError
from follicle_sim.base.units import dimensions, format_quantity, parse
from follicle_sim.scenario import Scenario, dump_scenario, parse_scenario, scenario_hash
from follicle_sim.scenario.load import to_document
from follicle_sim.scenario.problems import path_text
from follicle_sim.scenario.text.files import parse_toml
from follicle_sim.scenario.text.write import write_toml

DOCUMENT = parse_toml(FULL, "full")
unhurried = settings(deadline=None, max_examples=80)


def quantity(low, high, *units):
    number = st.one_of(st.integers(int(low), int(high)), st.floats(low, high, exclude_min=True))
    positive = number.filter(lambda value: value > low)
    return st.builds("{!r} {}".format, positive, st.sampled_from(units))


TIME = quantity(0, 200, "days", "weeks", "d", "months", "years", "hours")
LABEL = st.text(st.characters(blacklist_categories=["Cs", "C", "Z"]), min_size=1, max_size=12)
PROSE = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)
VARIATION = st.floats(0, 10)


def table(required, **optional):
    return st.fixed_dictionaries(required, optional=optional)


@st.composite
def dose(draw):
    treatment, amount = draw(
        st.sampled_from(
            [
                ("finasteride", quantity(0, 100, "mg", "ug", "g")),
                ("minoxidil", quantity(0, 100, "mL", "uL")),
                ("exosomes", quantity(0, 1e12, "particles/cm2")),
                ("laser", quantity(0, 10, "sessions")),
                ("saline", quantity(0, 10, "mL", "mg")),
            ]
        )
    )
    written = {"treatment": treatment, "amount": draw(amount)}
    written |= draw(table({}, start=TIME, duration=TIME, adherence=st.floats(0, 1)))
    if draw(st.booleans()):
        written["every"] = draw(quantity(1, 60, "days", "weeks"))
        written["count"] = draw(st.integers(1, 1000))
    return written


@st.composite
def documents(draw):
    labels = draw(st.lists(LABEL, min_size=1, max_size=3, unique=True))
    arms = [
        {"label": label, "role": draw(st.sampled_from(["treatment", "untreated"]))}
        | draw(table({}, doses=st.lists(dose(), max_size=2)))
        for label in labels
    ]
    steps = draw(st.lists(st.integers(1, 400), max_size=6, unique=True))
    listed = [f"{day} days" for day in sorted([0, *steps])]
    series = table({"every": quantity(1, 30, "days"), "until": quantity(5, 100, "weeks")})
    pairs = {label: draw(st.sampled_from(["placebo", "finasteride_1mg"])) for label in labels}
    population = table(
        {
            "subjects": st.integers(1, 100),
            "target_area": quantity(1, 10, "cm2"),
            "follicle_density": quantity(1, 900, "cm-2"),
            "condition": st.just("aga_male"),
        },
        follicles=st.integers(1, 1000),
        severity=st.one_of(st.floats(0, 3), st.sampled_from(["norwood_ii", "norwood_iv"])),
        sex=st.sampled_from(["male", "female"]),
        age=quantity(0, 99, "years", "days"),
        spread=table({}, growth=VARIATION, potency=VARIATION, severity=VARIATION),
    )
    optional = {
        "description": PROSE,
        "source": PROSE,
        "instrument": table(
            {},
            name=LABEL,
            method=st.sampled_from(OF_AREAS),
            terminal_calibre=quantity(0, 99, "um"),
            detection_calibre=quantity(0, 99, "um"),
            reader_error=VARIATION,
            matched=st.booleans(),
            operators_by=st.sampled_from(["person", "visit"]),
        ),
        "record": table(
            {}, follicles=st.booleans(), memory_limit=quantity(1, 999, "MB", "GB", "MiB")
        ),
        "run": table(
            {}, seed=st.integers(0, 2**32 - 1), replicates=st.integers(1, 9), history=TIME
        ),
        "compare": st.just([{"study": "kaufman_1998", "arms": pairs}]),
        "biology": table(
            {},
            anagen_mean=quantity(30, 3000, "days"),
            kenogen_cv=st.floats(0, 2),
            progression=quantity(0, 1, "per year", "/day"),
        ),
    }
    required = {
        "schema_version": st.just(1),
        "title": LABEL,
        "population": population,
        "arms": st.just(arms),
        "design": table(
            {
                "kind": st.sampled_from(["counterfactual", "parallel"]),
                "visits": st.one_of(st.just(listed), series),
            },
            run_in=quantity(1, 99, "days", "weeks"),
            adherence_spread=VARIATION,
            early_stop=table({"per_year": st.floats(0, 0.99)}),
            recruitment=table(
                {"opens": st.sampled_from(["1 January", "28 February", "31 December"])},
                lasts=TIME,
            ),
        ),
    }
    document = draw(table(required, **optional))
    if "recruitment" in document["design"] and "history" in document.get("run", {}):
        document["run"]["history"] = "2 years"  # a season has to set in
    return document


def check(document):
    return Scenario.model_validate(document, context={"known": KNOWN})


@unhurried
@given(documents())
def test_load_of_dump_is_the_same_scenario(document):
    scenario = check(document)
    again = parse_scenario(dump_scenario(scenario, known=KNOWN), known=KNOWN)
    assert again == scenario
    assert scenario_hash(again) == scenario_hash(scenario)
    # The writer is also a writer of documents nobody has normalised.
    assert parse_toml(write_toml(document), "written") == document


@unhurried
@given(weeks=st.integers(1, 104), data=st.data())
@example(weeks=4, data=None)
def test_weeks_equal_days(weeks, data):
    assert parse(f"{weeks} weeks", "time") == parse(f"{7 * weeks} days", "time")
    texts = [
        FULL.replace('every = "4 weeks"', f'every = "{n}"')
        for n in (f"{weeks} weeks", f"{7 * weeks} days")
    ]
    one, two = (parse_scenario(text, known=KNOWN) for text in texts)
    assert one == two


@unhurried
@given(
    value=st.floats(allow_nan=False, allow_infinity=False), dimension=st.sampled_from(dimensions())
)
@example(value=4.9e305, dimension="rate")
def test_format_and_parse_are_inverse(value, dimension):
    assert parse(format_quantity(value, dimension), dimension) == value


@unhurried
@given(text=st.text(max_size=30), dimension=st.sampled_from(dimensions()))
def test_parse_returns_a_number_or_says_why_not(text, dimension):
    try:
        outcome = f"found {parse(text, dimension)}"
    except UnitError as error:
        outcome = str(error)
    assert outcome.startswith("found ")
    assert "nan" not in outcome or "nan" in text


def keys_of(node, path=()):
    if isinstance(node, dict):
        for key, below in node.items():
            yield (*path, key)
            yield from keys_of(below, (*path, key))
    elif isinstance(node, list):
        for index, below in enumerate(node):
            yield from keys_of(below, (*path, index))


KEYS = list(keys_of(DOCUMENT))


@st.composite
def typos(draw):
    path = draw(st.sampled_from(KEYS))
    key = path[-1]
    at = draw(st.integers(0, len(key) - 1))
    letter = draw(st.sampled_from(string.ascii_lowercase + "_"))
    kind = draw(st.sampled_from(["drop", "swap", "replace", "insert"]))
    if kind == "drop":
        return path, key[:at] + key[at + 1 :]
    if kind == "swap":
        return path, key[:at] + key[at : at + 2][::-1] + key[at + 2 :]
    return path, key[:at] + letter + key[at + (kind == "replace") :]


@settings(deadline=None, max_examples=400)
@given(typos())
def test_any_one_letter_typo_of_a_key_is_refused_with_its_path(typo):
    path, wrong = typo
    document = copy.deepcopy(DOCUMENT)
    node = document
    for part in path[:-1]:
        node = node[part]
    assume(wrong and wrong not in node)
    # In place, so that the file reads as before but for one letter.
    items = [(wrong if key == path[-1] else key, value) for key, value in node.items()]
    node.clear()
    node.update(items)
    with pytest.raises(InputError) as caught:
        parse_scenario(write_toml(document), "x.toml", known=KNOWN)
    place = f"x.toml: {path_text((*path[:-1], wrong))}: unknown "
    lines = [line for line in str(caught.value).splitlines() if line.startswith(place)]
    assert len(lines) == 1
    if len(wrong) >= 4:
        assert f'did you mean "{path[-1]}"?' in lines[0]


LINES = FULL.splitlines()


@settings(deadline=None, max_examples=200)
@given(
    st.one_of(
        st.text(max_size=200),
        st.lists(st.sampled_from(LINES), max_size=60).map("\n".join),
        st.tuples(st.integers(0, len(LINES) - 1), st.text(max_size=20)).map(
            lambda change: "\n".join([*LINES[: change[0]], change[1], *LINES[change[0] + 1 :]])
        ),
        st.tuples(
            st.sampled_from([k for k in KEYS if len(k) < 3 and isinstance(k[-1], str)]),
            st.sampled_from(["1", "1.5", "true", "[]", "{}", "[[]]", '"x"', "1979-05-27", "nan"]),
        ).map(lambda change: f"{path_text(change[0])} = {change[1]}"),
    )
)
def test_any_text_is_a_scenario_or_an_input_error(text):
    with contextlib.suppress(InputError):
        scenario = parse_scenario(text, known=KNOWN)
        assert check(to_document(scenario, known=KNOWN)) == scenario


@settings(deadline=None, max_examples=150)
@given(
    path=st.sampled_from(KEYS),
    value=st.one_of(
        st.none().map(lambda _: []),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.text(max_size=10),
        st.lists(st.integers(), max_size=2),
        st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    ),
)
def test_any_value_in_any_place_is_read_or_refused_in_plain_words(path, value):
    document = copy.deepcopy(DOCUMENT)
    node = document
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = value
    message = ""
    try:
        scenario = parse_scenario(write_toml(document), known=KNOWN)
        assert parse_scenario(dump_scenario(scenario, known=KNOWN), known=KNOWN) == scenario
    except InputError as error:
        message = str(error)
    for jargon in ("Input should", "valid dictionary", "valid tuple", "Field required"):
        assert jargon not in message
