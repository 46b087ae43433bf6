"""A stated count that needs more follicles than scalps have is met, and said to be doubtful."""

import pytest

from follicle_sim import parse_scenario
from follicle_sim.protocol.baseline.dense_scalps import doubt_of, most_follicles
from follicle_sim.protocol.notes import notes

TRIAL = """
schema_version = 1
title = "dense"
[population]
subjects = 20
target_area = "1 cm2"
condition = "aga_male"
hair_density = "{density} cm-2"
[[arms]]
label = "nobody"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 weeks", "12 weeks"]
[instrument]
method = "trichoscopy"
"""


@pytest.mark.parametrize(("density", "doubtful"), [(900, True), (400, True), (250, False)])
def test_the_note_on_a_baseline_doubts_scalps_that_nobody_has(density: int, doubtful: bool) -> None:
    (note,) = (
        text
        for text in notes(parse_scenario(TRIAL.format(density=density)))
        if text.startswith("population.hair_density")
    )
    assert ("so many follicles are doubtful" in note) is doubtful
    assert ("Loussouarn 2005" in note) is doubtful


def test_the_limit_is_three_deviations_above_the_healthy_mean() -> None:
    assert most_follicles() == pytest.approx(240.0 * (1.0 + 3.0 * 0.32))
    assert doubt_of(470.0) == ""
    assert "mean + 3 SD between people 470/cm2" in doubt_of(471.0)
