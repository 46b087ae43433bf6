"""A stated baseline beside the density that explain shows: what differs is said."""

from pathlib import Path

import pytest

from follicle_sim import parse_scenario
from follicle_sim.cli.explain import print_explanation
from follicle_sim.experiments.explain import explain
from follicle_sim.scenario import Scenario

STATED = """
schema_version = 1
title = "stated"
[population]
subjects = 4
target_area = "1 cm2"
condition = "aga_male"
hair_density = "140 cm-2"
[[arms]]
label = "nobody"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 weeks", "12 weeks"]
[instrument]
"""


def printed(scenario: Scenario, capsys: pytest.CaptureFixture[str]) -> str:
    data = explain(scenario)
    print_explanation(scenario, data, Path("results"), [])
    return " ".join(capsys.readouterr().out.split())


def test_the_density_before_reading_losses_is_called_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = printed(parse_scenario(STATED + 'method = "trichoscopy"'), capsys)
    assert "Hair density expected (before reading losses, hairs/cm2)" in text
    assert "the people of the trial have 140 written down, as the scenario states" in text


def test_without_losses_the_stated_baseline_itself_is_expected(
    capsys: pytest.CaptureFixture[str],
) -> None:
    scenario = parse_scenario(STATED)
    text = printed(scenario, capsys)
    assert "Hair density expected (hairs/cm2)" in text
    assert "written down" not in text
    start = float(explain(scenario).hair_density[0, 0])
    assert start == pytest.approx(140.0, rel=0.01)
