"""What is said of the spread of people, observed against simulated."""

from types import SimpleNamespace

from follicle_sim.cli.fit_table import _compare_spreads


def told(observed_sd, simulated_sd):
    row = SimpleNamespace(
        arm="exosomes", kind="change", week=12.0, observed=11.3,
        observed_sd=observed_sd, simulated_sd=simulated_sd,
    )  # fmt: skip
    return _compare_spreads(SimpleNamespace(rows=(row,)))


def test_spreads_that_differ_are_told_beside_each_other():
    (sentence,) = told(10.9, 5.0)
    assert sentence.endswith("SD of exosomes, change, week 12: 10.9 observed, 5.0 simulated.")
    assert told(5.0, 10.9)
    assert told(10.9, 7.5) == told(7.5, 10.9) == told(None, 5.0) == []
