"""The scoreboard: designs as data, each number once, offsets, errors, statistics, a benchmark."""

import json
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from follicle_sim.base.errors import InputError
from follicle_sim.evidence.observed import observations
from follicle_sim.evidence.studies import load_studies, load_study
from follicle_sim.experiments.scoreboard import designs
from follicle_sim.experiments.scoreboard.designs import (
    Spread,
    design_names,
    explanations,
    load_design,
    not_expressed,
    parameter_sds,
    scoring_rules,
)
from follicle_sim.experiments.scoreboard.prediction_spread import spread_of, spread_text
from follicle_sim.experiments.scoreboard.run import Scoreboard, run_scoreboard, summary
from follicle_sim.experiments.scoreboard.score_rows import ScoreRow, tally
from follicle_sim.experiments.scoreboard.scoring import effective_use
from follicle_sim.experiments.scoreboard.worsened import find_worsened, read_benchmark
from follicle_sim.results.assumed import taken
from follicle_sim.results.counterparts import RECIPES

SMALL = ["population.subjects=12", "population.follicles=100", "run.history=1 year"]
BY_ID = {row.id: row for row in observations(derived=True)}


@pytest.fixture(scope="module")
def board() -> Scoreboard:
    return run_scoreboard(overrides=SMALL)


def row_of(board: Scoreboard, observation: str) -> ScoreRow:
    (row,) = [row for row in board.rows if row.observation == observation]
    return row


def test_progress_counts_designs() -> None:
    told: list[tuple[str, int, int]] = []
    names = ["leavitt_2009", "olsen_2002"]
    run_scoreboard(designs=names, overrides=SMALL, report=lambda *each: told.append(each))
    assert told == [("studies", done, 2) for done in range(3)]


# ---------------------------------------------------------------- the data


def test_every_study_has_a_design_or_a_reason_and_never_both() -> None:
    designed = {load_design(name).compare[0].study for name in design_names()}
    assert designed | set(not_expressed()) == set(load_studies())
    assert not designed & set(not_expressed())
    assert all(reason and "\n" not in reason for reason in not_expressed().values())


@pytest.mark.parametrize("name", design_names())
def test_design_is_a_scenario_of_its_study(name: str) -> None:
    scenario = load_design(name)
    (comparison,) = scenario.compare
    assert name.startswith(comparison.study)
    assert scenario.design.kind == "counterfactual"
    labels = {arm.label for arm in scenario.arms}
    # groups of several ages are moments of one arm
    assert len(labels) == 1 if comparison.moments else {*comparison.arms} == labels
    roles = {arm.label: arm.role for arm in scenario.arms}
    for label, observed in comparison.arms.items():
        published = load_study(comparison.study).arm(observed).role
        if published in ("placebo", "untreated"):
            assert roles[label] == published, label


@pytest.mark.parametrize("name", design_names())
def test_design_visits_every_published_week(name: str) -> None:
    scenario = load_design(name)
    (comparison,) = scenario.compare
    weeks = {
        row.week
        for row in observations(comparison.study)
        if row.arm in comparison.arms.values() and row.week is not None and row.endpoint in RECIPES
    }
    # week 6.43 is no whole number of days and lies between two visits
    assert {7.0 * week for week in weeks} - set(scenario.design.visits) <= {7.0 * 6.43}
    assert scenario.design.visits[-1] >= 7.0 * max(weeks, default=0.0)


def test_rules_name_only_what_exists() -> None:
    rules = scoring_rules()
    assert set(rules.error) | set(rules.used) <= set(BY_ID)
    for study, people in rules.people.items():
        assert set(people.arms) <= {arm.id for arm in load_study(study).arms}
    assert set(rules.met) | set(rules.assumed) <= set(load_studies())
    for given in rules.error:
        assert BY_ID[given].se is None, f"{given} has a standard error of its own"


def test_unknown_design_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="olsen_2002"):
        load_design("olson_2002")


# ---------------------------------------------------------------- what is scored


def test_no_number_is_on_the_scoreboard_twice(board: Scoreboard) -> None:
    counts = Counter((row.observation, row.arm) for row in board.rows)
    assert max(counts.values()) == 1
    shown = {row.observation for row in board.rows}
    for row in board.rows:
        parts = set(BY_ID[row.observation].derived_from)
        control = {part for part in parts if row_role(part) in ("placebo", "untreated")}
        # of the parts of a computed number only the control arm's own change may stand beside it,
        # or an active control's and a baseline, which is no change
        others = {p for p in parts & shown if BY_ID[p].week != 0 and p not in control}
        assert all(BY_ID[p].role == "active_control" for p in others), row.observation


def row_role(observation: str) -> str:
    return BY_ID[observation].role


def test_differences_take_the_place_of_their_arms(board: Scoreboard) -> None:
    shown = {row.observation: row for row in board.rows}
    assert "olsen_2002:1-vs-placebo" in shown
    assert "olsen_2002:1" not in shown
    assert shown["olsen_2002:3"].compared == "control arm"
    assert not shown["olsen_2002:3"].counted
    assert "van_neste_2000:9" not in shown  # the same difference as a share is the one to fit
    assert shown["van_neste_2000:11"].compared == "controlled"


def test_active_control_without_placebo_counts_on_its_own(board: Scoreboard) -> None:
    row = row_of(board, "ijt_split_scalp_2020:2")
    assert row.compared == "uncontrolled"
    assert row.counted


def test_a_number_of_several_arms_is_told_by_all_their_treatments(board: Scoreboard) -> None:
    assert row_of(board, "price_1999:1").treatment == "minoxidil_topical_2 or minoxidil_topical_5"
    assert row_of(board, "kaufman_1998:1").treatment == "untreated or placebo"


def test_vellus_hairs_are_those_that_are_not_terminal(board: Scoreboard) -> None:
    healthy = row_of(board, "ko_2012:3")
    assert (healthy.simulated, healthy.unit) == (0.0, "cm-2")
    assert row_of(board, "whiting_1999:2").simulated > 1.0


def test_drift_is_only_in_changes_without_a_control(board: Scoreboard) -> None:
    rule = scoring_rules().offset["density"]
    row = row_of(board, "cervelli_2014:2")
    assert (row.offset, row.offset_sd) == (rule.mean, rule.sd)
    assert row.predicted == pytest.approx(row.simulated + 3.0)
    share = row_of(board, "rushton_1991:1")
    assert share.offset == pytest.approx(rule.mean / share.baseline)
    for row in board.rows:
        if row.compared in ("controlled", "level") or row.endpoint.endswith("_dht"):
            assert (row.offset, row.offset_sd) == (0.0, 0.0)


def test_z_and_coverage_come_from_the_joint_error(board: Scoreboard) -> None:
    for row in board.rows:
        if row.z is None:
            assert row.error is None
            continue
        assert row.observed_se is not None
        joint = math.sqrt(row.observed_se**2 + row.mc_se**2 + row.offset_sd**2)
        assert row.error == pytest.approx(joint)
        assert row.z == pytest.approx((row.predicted - row.observed) / joint)
        assert row.covered_alone == (abs(row.z) <= 1.6448536269514722)
        half = 1.6448536269514722 * math.hypot(row.error, row.parameter_sd or 0.0)
        assert row.covered == (abs(row.predicted - row.observed) <= half)
        assert row.covered or not row.covered_alone


def test_display_rows_are_shown_and_never_counted(board: Scoreboard) -> None:
    display = [row for row in board.rows if row.use == "display"]
    assert {"dhurat_2013", "park_2022", "placental_exosomes_2024"} <= {r.study for r in display}
    assert not any(row.counted for row in display)
    assert all(row.note.startswith("display only: ") for row in display)


def test_contradictory_studies_stay(board: Scoreboard) -> None:
    shown = {row.study for row in board.rows}
    assert {"dhurat_2013", "kumar_2018", "gentile_2015", "ijt_split_scalp_2020"} <= shown


def test_every_row_that_is_not_counted_says_why(board: Scoreboard) -> None:
    assert all(bool(row.note) != row.counted for row in board.rows)
    assert all(row.z is not None for row in board.counted)


def test_imputed_errors_say_so() -> None:
    board = run_scoreboard(designs=["leavitt_2009", "ro_fgf9", "olsen_2002"], overrides=SMALL)
    laser = row_of(board, "leavitt_2009:1-vs-sham")
    assert laser.observed_se == pytest.approx(22.5 * math.sqrt(1 / 73 + 1 / 37))
    assert laser.se_source.startswith("imputed")
    # two sides of 18 people: the error of one side
    halves = row_of(board, "ro_fgf9:1-vs-saline")
    assert halves.observed_se == pytest.approx(22.5 / math.sqrt(18))
    assert row_of(board, "olsen_2002:1-vs-placebo").se_source == "from the SE of both arms"


def test_a_computed_number_is_for_what_its_parts_are_for() -> None:
    assert effective_use(BY_ID["olsen_2002:1-vs-placebo"])[0] == "calibration"
    assert effective_use(BY_ID["olsen_2007:1-vs-placebo"])[0] == "validation"
    assert effective_use(BY_ID["park_2022:2-change"])[0] == "display"


def test_missing_numbers_are_told(board: Scoreboard) -> None:
    told = {each.name or each.study: each.reason for each in board.missing}
    assert "colour" in told["kim_2013"]
    assert "african" in told["loussouarn_2005:1"]
    # two designs of one study: what the men's lacks the women's has
    assert not any(name.startswith("jimenez") for name in told)


def test_a_number_of_which_something_is_assumed_is_shown_and_never_counted(
    board: Scoreboard,
) -> None:
    for name in design_names():
        (comparison,) = load_design(name).compare
        for row in board.rows:
            if row.study == comparison.study and row.design == name:
                weeks, assume = taken(comparison)
                assumed = row.observation in weeks or row.endpoint in assume
                assert not (assumed and row.counted), row.observation
    shown = row_of(board, "thorp_docetaxel:1")
    assert shown.z is not None
    assert shown.note == "the design assumes persistent_alopecia = 0.5"
    assert row_of(board, "su_2022:1").note == "the design assumes week 12 and regrowth = 0.5"


def test_use_selects_rows() -> None:
    names = ["olsen_2002", "lucky_2004"]
    board = run_scoreboard("validation", designs=names, overrides=SMALL)
    assert {row.study for row in board.rows} == {"lucky_2004"}


# ---------------------------------------------------------------- statistics and benchmark


def test_tally_counts_scored_rows(board: Scoreboard) -> None:
    row = row_of(board, "kaufman_1998:4")
    rows = [replace(row, z=z, covered=abs(z) < 1.64) for z in (0.0, 1.8, -2.5)]
    found = tally([*rows, replace(row, z=None)])
    assert (found.rows, found.within, found.covered, found.covered_alone) == (3, 2, 1, 1)
    assert math.isnan(tally([]).share_within)


def test_summary_parts_add_up(board: Scoreboard) -> None:
    told = summary(board.rows)
    total = told["counted"]["rows"]
    assert total == len(board.counted)
    for part in ("by_use", "by_comparison", "by_treatment"):
        assert sum(each["rows"] for each in told[part].values()) == total


def test_an_equal_scoreboard_is_not_worse(board: Scoreboard, tmp_path: Path) -> None:
    (tmp_path / "board.json").write_text(board.to_json(), "utf-8")
    assert find_worsened(board, read_benchmark(tmp_path / "board.json")) == []


def test_a_worse_row_is_found_and_luck_is_let_pass(board: Scoreboard) -> None:
    before = json.loads(board.to_json())
    target = next(row for row in before["rows"] if row["observation"] == "kaufman_1998:4")
    now = row_of(board, "kaufman_1998:4")
    assert now.z is not None
    luck = 3.0 * math.hypot(now.mc_z, target["mc_z"])
    for growth, found in ((0.9, 0), (1.2, 1)):
        worse = replace(now, z=math.copysign(abs(now.z) + growth * luck, now.z))
        rows = [worse if row is now else row for row in board.rows]
        assert len(find_worsened(replace(board, rows=tuple(rows)), before)) == found


def test_a_row_that_disappears_is_worse(board: Scoreboard) -> None:
    before = json.loads(board.to_json())
    rows = [row for row in board.rows if row.observation != "kaufman_1998:4"]
    (gone,) = find_worsened(replace(board, rows=tuple(rows)), before)
    assert gone.now is None


def test_broken_benchmark_is_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "board.json"
    path.write_text('{"rows": [{}]}')
    with pytest.raises(InputError, match="--json"):
        read_benchmark(path)


def test_explanations_are_one_line_about_known_rows() -> None:
    assert set(explanations()) <= set(BY_ID)
    assert all(text and "\n" not in text for text in explanations().values())


# ---------------------------------------------------------------- what the fits left open


def test_stored_spread_is_that_of_the_command() -> None:
    stored = parameter_sds()
    (found,) = spread_of("cervelli_2014", people=["population.subjects=8", "run.history=3 years"])
    key = ("cervelli_2014", found.observation, found.arm, found.control)
    assert found.sd == pytest.approx(stored[key], rel=0.3)
    assert found.sd > 3.0  # hairs/cm2: one uncontrolled trial leaves a potency wide open


def test_intervals_with_the_spread_are_wider_and_z_is_the_same(board: Scoreboard) -> None:
    moved = [row for row in board.rows if row.covered and not row.covered_alone]
    assert moved
    assert all(row.parameter_sd for row in moved)
    told = summary(board.rows)["counted"]
    assert told["coverage_90"] > told["coverage_90_parameters_held"]


def test_spread_text_is_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [Spread("a", "t:1", 'one, "two"', "", 1.25), Spread("b", "t:2", "x", "y", 0.0)]
    (tmp_path / designs.SPREAD_FILE).write_text(spread_text(rows), "utf-8")
    monkeypatch.setattr(designs, "DESIGNS", tmp_path)
    assert designs.stored_spread.__wrapped__() == tuple(rows)
