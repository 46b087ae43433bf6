"""`follicle-sim treatments list | show ID`."""

import pytest

from follicle_sim.cli.app import main
from follicle_sim.pharmacology.library import load_treatment, treatment_names


@pytest.fixture
def run(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments):
        with pytest.raises(SystemExit) as stopped:
            main(["treatments", *arguments])
        out, err = capsys.readouterr()
        return stopped.value.code, out, err

    return call


def test_list_names_every_treatment_and_who_varies(run):
    code, out, err = run("list")
    assert (code, err) == (0, "")
    for name in treatment_names():
        assert name in out
        assert load_treatment(name).title in out
    assert "does nothing by itself" in out
    assert "varies between people (CV 0.295)" in out
    assert "varies between batches (CV 0.5)" in out
    assert "responders: 0.634 of people" in out
    assert "variants: exogen_release, telogen_shortening, responders" in out


@pytest.mark.parametrize("name", treatment_names())
def test_show_prints_every_number_with_unit_source_and_grade(run, name):
    code, out, _ = run("show", name)
    assert code == 0
    flat = " ".join(out.split())
    treatment = load_treatment(name)
    for factor, share in treatment.signature.items():
        assert f"signature.{factor} = {share.value:.6g}" in flat
        assert share.source[:40] in flat
    if treatment.acts:
        assert f"half_life = {treatment.disposition.half_life.value:.6g} d" in flat
        assert "assumption: " in flat
    for variant in treatment.variants:
        assert f'variants = ["{variant}"]' in flat


def test_show_says_the_unit_and_how_to_change_the_potency(run):
    _, out, _ = run("show", "exosomes_foreskin_injection")
    assert "effect.ec50 = 2.5e+08 particles/cm2" in out
    assert "potency_exosomes_foreskin_injection in [biology]" in out
    _, out, _ = run("show", "dutasteride_oral")
    assert "potency by definition" in out
    assert "L/(mg d)" in out


def test_a_transplant_is_shown_and_needs_no_factors(run):
    _, out, _ = run("show", "hair_transplant")
    assert "dosed by grafts (grafts/cm2)" in out
    assert "graft.survival = 0.9" in out
    assert "potency" not in out
    assert "does nothing" not in out


def test_an_unknown_treatment_is_bad_input_with_the_nearest(run):
    code, _, err = run("show", "dutasterid_oral")
    assert code == 2
    assert 'did you mean "dutasteride_oral"' in err
