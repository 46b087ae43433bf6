"""The registry of observed trials: all rows carried, converted in the open, used with a reason."""

import csv
import math
from importlib.resources import files
from pathlib import Path

import pytest

from follicle_sim.base.errors import InputError
from follicle_sim.evidence import (
    Observation,
    load_studies,
    load_study,
    observations,
    write_observations,
)
from follicle_sim.evidence.normalise import grade_of, measure, normalisation_tables
from follicle_sim.evidence.standard_errors import imputed_error, standard_error

RAW = list(
    csv.DictReader(
        (files("follicle_sim.evidence") / "data" / "observations.csv")
        .read_text(encoding="utf-8")
        .splitlines()
    )
)
ROWS = observations()
BY_ID = {row.id: row for row in observations(derived=True)}


def test_every_row_is_carried_in_order_with_its_numbers() -> None:
    assert len(RAW) == len(ROWS) == 476
    for raw, row in zip(RAW, ROWS, strict=True):
        assert row.raw_study == raw["study"]
        assert row.raw_arm == raw["arm"]
        assert row.raw_endpoint == raw["endpoint"]
        assert row.raw_unit == raw["unit"]
        assert row.raw_mean == float(raw["mean"])
        assert row.raw_spread == raw["spread"]
        # "238 in all" counts both arms: it is kept in the study's reason, not as one arm's number.
        assert row.n == (int(raw["n"]) if raw["n"].isdecimal() else None)
        people = raw["n"].removesuffix(" in all")
        assert people == raw["n"] or people in row.reason
        assert row.seen_at == raw["seen_at"] != ""
        assert row.value == pytest.approx(row.raw_mean * row.factor, rel=1e-15)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_row_is_complete(row: Observation) -> None:
    assert row.endpoint in normalisation_tables()[0]["endpoints"]
    assert row.unit
    assert row.conversion
    assert (row.factor == 1.0) == row.conversion.startswith("none")
    assert row.use in ("calibration", "validation", "display")
    assert row.reason.endswith(".")
    assert row.arm in {arm.id for arm in load_study(row.study).arms}
    assert bool(row.control) == (row.kind in ("difference", "percent_difference"))
    assert row.se is None or row.se > 0
    assert row.se is None or row.imputed_se is None
    assert (row.imputed_se is None) == (not row.se_source.startswith("imputed"))


def test_ids_are_unique_and_point_somewhere() -> None:
    assert len(BY_ID) == len(observations(derived=True))
    for row in BY_ID.values():
        for other in (*row.excluded_with, *row.derived_from, *filter(None, [row.duplicate_of])):
            assert BY_ID[other].study == row.study
        for other in row.excluded_with:
            assert row.id in BY_ID[other].excluded_with


def test_every_study_has_rows_and_a_reason() -> None:
    studies = load_studies()
    assert set(studies) == {row.study for row in ROWS}
    assert list(studies) == sorted(studies)
    for raw in RAW:
        assert sum(study.owns(raw) for study in studies.values()) == 1, raw["study"]
    assert {name for study in studies.values() for name in study.names} == {r["study"] for r in RAW}
    for study in studies.values():
        assert study.id.isidentifier()
        assert study.title
        assert study.citation
        assert len({arm.id for arm in study.arms}) == len(study.arms)
        labels = {label for arm in study.arms for label in arm.labels}
        labels |= {contrast.label for contrast in study.contrasts}
        assert labels == {raw["arm"] for raw in RAW if study.owns(raw)}


def test_every_exception_meets_a_row() -> None:
    for study in load_studies().values():
        raws = [raw for raw in RAW if study.owns(raw)]
        for exception in study.rows:
            assert any(exception.applies(raw) for raw in raws), (study.id, exception.match)


def test_a_doi_or_number_comes_from_the_data() -> None:
    for study in load_studies().values():
        text = " ".join(raw["study"] + " " + raw["seen_at"] for raw in RAW if study.owns(raw))
        assert study.doi in text
        for number in study.ids:
            assert number.removeprefix("PMID ") in text, (study.id, number)


def test_conversions() -> None:
    kaufman = {row.id: row for row in observations("kaufman_1998")}
    baseline = kaufman["kaufman_1998:1"]
    assert (baseline.endpoint, baseline.unit, baseline.kind) == ("hair_density", "cm-2", "level")
    assert baseline.value == pytest.approx(172.9, abs=0.05)
    one_year = kaufman["kaufman_1998:4"]
    assert (one_year.arm, one_year.control) == ("finasteride", "placebo")
    assert (one_year.kind, one_year.week, one_year.n) == ("difference", 52.0, 1553)
    assert one_year.value == pytest.approx(107 / 5.067)
    assert kaufman["kaufman_1998:5"].value == pytest.approx(138 / 5.067)
    assert BY_ID["kumar_2018:1"].value == pytest.approx(12.52 / 6.4516)
    assert BY_ID["price_2002:3"].value == pytest.approx(0.256)
    assert BY_ID["price_2002:3"].kind == "percent_difference"
    assert BY_ID["loussouarn_2005:8"].value == pytest.approx(0.367)
    assert BY_ID["loussouarn_2005:8"].unit == "mm d-1"
    assert BY_ID["placental_exosomes_2024:4"].value == pytest.approx(49.0)
    assert BY_ID["placental_exosomes_2024:4"].unit == "um"
    assert BY_ID["sinclair_2005:1"].value == pytest.approx(39.6 / (math.pi * 0.2**2), rel=1e-5)
    assert BY_ID["olsen_2002:1"].endpoint == "terminal_density"
    assert BY_ID["van_neste_2000:10"].endpoint == "anagen_density"
    assert BY_ID["gentile_2015:1"].endpoint == "hair_count"


def test_standard_errors() -> None:
    assert BY_ID["olsen_2002:1"].se == pytest.approx(25.4 / math.sqrt(139))
    assert BY_ID["olsen_2002:1"].se_source == "from SD and n"
    assert BY_ID["van_neste_2000:9"].se == 2.5
    assert BY_ID["van_neste_2000:11"].se == pytest.approx(0.014)
    assert BY_ID["mella_2010:1"].se == pytest.approx((0.1090 - 0.0795) / 3.92)
    assert BY_ID["chien_2024:1"].se == pytest.approx((19.67 - 10.20) / 3.92)
    assert BY_ID["meznerics_2022:1"].se == pytest.approx((0.65 + 4.72) / 3.92)
    assert BY_ID["loussouarn_2005:1"].se is None
    assert BY_ID["loussouarn_2005:1"].se_source == "SD without n"
    assert BY_ID["gentile_2019:1"].se_source == "spread of unstated kind"
    assert standard_error("", "none", 10, 1.0).se is None


def test_imputed_errors_are_said_to_be_imputed() -> None:
    kaufman = BY_ID["kaufman_1998:4"]
    assert kaufman.se is None
    assert kaufman.imputed_se == pytest.approx(2 * 22.5 / math.sqrt(1553))
    assert kaufman.se_source.startswith("imputed: SD of one person's change 22.5")
    eun = BY_ID["eun_2010:2"]
    assert eun.imputed_se == pytest.approx(22.5 / math.sqrt(75))
    density = measure("hair density", "hairs/cm2")
    assert imputed_error(density, "change", "F", 49).se == pytest.approx(2.5)
    assert imputed_error(density, "level", "F", 49).se is None
    assert imputed_error(density, "change", "F", None).se is None
    share = measure("hair density", "% of baseline")
    assert imputed_error(share, "percent_change", "F", 49).se is None
    assert BY_ID["olsen_2002:1"].imputed_se is None


def test_a_fit_never_sees_a_difference_and_its_treated_arm() -> None:
    for row in BY_ID.values():
        if row.use == "calibration":
            for name in row.excluded_with:
                other = BY_ID[name]
                # A difference and its control arm are two independent numbers from two arms.
                pair = {row.role, other.role}
                independent = (
                    "placebo" in pair and len(pair) == 2 and (row.control or other.control)
                )
                assert other.use != "calibration" or independent, (row.id, name)


def test_redundancy_is_marked() -> None:
    assert BY_ID["kaufman_1998:4"].excluded_with == ("kaufman_1998:2", "kaufman_1998:3")
    assert BY_ID["kaufman_1998:5"].excluded_with == ()
    assert BY_ID["van_neste_2000:9"].excluded_with == ("van_neste_2000:11",)
    assert set(BY_ID["price_2002:4"].excluded_with) == {"price_2002:5", "price_2002:6"}
    # Two figures of a range, or two shares under one endpoint, are not one figure told twice.
    assert BY_ID["al_ameer_2025:1"].excluded_with == ()
    assert BY_ID["damevska_2024:1"].excluded_with == ()


def test_one_trial_under_two_names() -> None:
    rows = observations("ijt_split_scalp_2020")
    assert len(rows) == 6
    assert len({row.raw_study for row in rows}) == 2
    doubles = {row.id: row.duplicate_of for row in rows if row.duplicate_of}
    assert doubles == {
        "ijt_split_scalp_2020:3": "ijt_split_scalp_2020:1",
        "ijt_split_scalp_2020:5": "ijt_split_scalp_2020:2",
    }
    for double, first in doubles.items():
        assert BY_ID[double].value == BY_ID[first].value
        assert BY_ID[double].use == "display"
    assert {row.week for row in rows} == {28.0}


def test_what_was_recalled_is_marked_and_never_fitted() -> None:
    for raw, row in zip(RAW, ROWS, strict=True):
        text = " ".join(raw.values()).lower()
        recalled = any(word in text for word in ("memory", "recalled"))
        if recalled or row.grade == "memory":
            assert row.unverified, row.id
            assert row.use == "display", row.id
    # The week of T3 is recalled in the sister rows, so it is recalled here too.
    assert BY_ID["trink_2013:3"].grade == "memory"
    assert BY_ID["trink_2013:4"].grade == "review"
    assert BY_ID["park_2022:2"].grade == "secondary"


@pytest.mark.parametrize(
    "study", ["placental_exosomes_2024", "minoxidil_2_3_percent", "butt_2019", "dhurat_2013"]
)
def test_the_implausible_is_for_display(study: str) -> None:
    assert {row.use for row in observations(study)} == {"display"}
    assert "mplausible" in load_study(study).reason


def test_grades() -> None:
    assert grade_of("https://pmc.ncbi.nlm.nih.gov/articles/PMC7649170") == "journal"
    assert grade_of("https://pmc.ncbi.nlm.nih.gov/articles/PMC6691938/table/T0002") == "review"
    assert BY_ID["eun_2010:1"].grade == "abstract"
    assert BY_ID["leavitt_2009:1"].grade == "secondary"
    assert BY_ID["su_2022:1"].grade == "journal"
    assert BY_ID["su_2022:4"].grade == "secondary"


def test_derived_rows_are_for_display_and_say_so() -> None:
    derived = [row for row in BY_ID.values() if row.derived_from]
    assert derived
    assert not set(derived) & set(ROWS)
    for row in derived:
        assert row.use == "display"
        first, second = (BY_ID[part] for part in row.derived_from)
        assert row.value == pytest.approx(first.value - second.value)
        assert set(row.derived_from) & set(row.excluded_with)
    olsen = BY_ID["olsen_2002:1-vs-placebo"]
    assert olsen.value == pytest.approx(14.7)
    assert olsen.se == pytest.approx(math.sqrt(25.4**2 / 139 + 21.7**2 / 78))
    park = BY_ID["park_2022:2-change"]
    assert (park.kind, park.week) == ("change", 12.0)
    assert park.value == pytest.approx(25.6)
    assert park.imputed_se == pytest.approx(22.5 / math.sqrt(39))
    assert BY_ID["park_2022:4-change"].value == pytest.approx(8.8)
    # Published differences are not computed a second time; sides of one head have no Welch error.
    assert "kaufman_1998:2-vs-placebo" not in BY_ID
    halves = BY_ID["ijt_split_scalp_2020:1-vs-microneedling"]
    assert halves.se is None
    assert halves.imputed_se is None


def test_two_trials_of_one_author_are_told_apart_by_the_year() -> None:
    assert {row.year for row in observations("price_2002")} == {2002}
    women = observations("price_2000")
    assert [(row.year, row.sex, row.raw_mean) for row in women] == [
        (2000, "F", -8.7),
        (2000, "F", -6.6),
    ]


def test_a_unit_found_elsewhere_says_where() -> None:
    # The review prints hairs; a Cochrane review says that the circle had 1 cm2.
    row = BY_ID["price_2000:1"]
    assert (row.endpoint, row.unit, row.value) == ("hair_density", "cm-2", -8.7)
    assert row.raw_unit == "hairs per target area"
    assert "PMC6457957" in row.conversion
    for study in load_studies().values():
        for exception in study.rows:
            assert (exception.unit is None) == (exception.unit_source is None)
    # The same words of another paper stay a count on an unknown area.
    assert BY_ID["gentile_2015:1"].unit == "hairs"


def test_people_counted_twice_within_a_study_are_marked() -> None:
    assert BY_ID["follow_up_2006:6"].excluded_with == tuple(
        f"follow_up_2006:{k}" for k in range(1, 6)
    )
    # seventeen people one by one, their mean, and the three who are not in it
    mean = BY_ID["jscc_1977:41"]
    assert len(mean.excluded_with) == 17
    assert {BY_ID[name].endpoint for name in mean.excluded_with} == {"hair_density"}
    assert BY_ID["jscc_1977:1"].excluded_with == ()
    for study in load_studies().values():
        for arm in study.arms:
            assert not arm.part_of or study.arm(arm.part_of).part_of == ""


def test_people_shared_by_two_studies_are_marked_on_both_sides() -> None:
    studies = load_studies()
    for study in studies.values():
        for other in study.shares_people_with:
            assert study.id in studies[other].shares_people_with
    assert set(studies["brave_placebo_2024"].shares_people_with) == {
        "brave_aa1_2022",
        "brave_aa2_2022",
    }


def test_a_fit_never_sees_the_same_people_of_two_studies() -> None:
    fitted = {(row.study, row.endpoint, row.arm) for row in ROWS if row.use == "calibration"}
    for study in load_studies().values():
        for other in study.shares_people_with:
            # A difference from placebo and the placebo's own course are two numbers of two arms.
            mine = {(end, arm) for name, end, arm in fitted if name == study.id}
            assert not mine & {(end, arm) for name, end, arm in fitted if name == other}


def test_new_rows_have_the_meaning_of_their_papers() -> None:
    cooled = BY_ID["hypothermia_2017:1"]
    assert (cooled.statistic, cooled.control, cooled.kind) == ("ratio of risks", "", "level")
    brave = BY_ID["brave_aa1_2022:4"]
    assert (brave.kind, brave.control, brave.grade) == ("difference", "placebo", "secondary")
    assert brave.value == pytest.approx(0.326)
    assert brave.se == pytest.approx((0.395 - 0.256) / 3.92)
    assert BY_ID["brave_aa1_2022:1"].use == "display"  # its number of people was recalled
    course = BY_ID["brave_placebo_2024:1"]
    assert (course.endpoint, course.kind, course.value) == ("salt", "change", -5.5)
    assert course.se == pytest.approx(20.9 / math.sqrt(345))
    assert BY_ID["watanabe_2019:4"].value == pytest.approx(3.3 * 30.4375)
    assert BY_ID["watanabe_2019:4"].unit == "d"
    assert BY_ID["tofacitinib_stopped:1"].value == pytest.approx(8.5 * 7)
    assert BY_ID["pattanaprichakul_2023:2"].value == pytest.approx(150.0)
    assert BY_ID["whiting_1999:2"].value == pytest.approx(26.7 / (math.pi * 0.2**2), rel=1e-5)
    assert BY_ID["whiting_1999:2"].endpoint == "vellus_density"
    assert BY_ID["tofacitinib_asia:3"].statistic == "median"


def test_unknown_names_get_the_nearest() -> None:
    with pytest.raises(InputError, match='did you mean "kaufman_1998"'):
        load_study("kaufmann_1998")
    with pytest.raises(InputError, match='unknown study "zzz"'):
        observations("zzz")
    with pytest.raises(InputError, match='did you mean "placebo"'):
        load_study("olsen_2002").arm("plcebo")


def test_the_control_arm() -> None:
    studies = load_studies()
    control = studies["olsen_2002"].control
    assert control is not None
    assert control.id == "placebo"
    assert studies["park_2022"].control is None
    # An arm that changes treatment on the way controls nobody.
    assert studies["minoxidil_2_3_percent"].control is None


def test_the_tidy_table_as_csv(tmp_path: Path) -> None:
    path = tmp_path / "observed.csv"
    write_observations(path)
    with path.open(encoding="utf-8", newline="") as stream:
        back = list(csv.DictReader(stream))
    assert len(back) == 476
    assert back[3]["excluded_with"] == "kaufman_1998:2 kaufman_1998:3"
    assert float(back[3]["value"]) == BY_ID["kaufman_1998:4"].value
    write_observations(path, observations("park_2022"))
    assert len(path.read_text().splitlines()) == 5
