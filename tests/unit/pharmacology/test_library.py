"""Treatment files: complete, sourced, checked."""

import math
import re

import numpy as np
import pytest

from follicle_sim.base.errors import InputError
from follicle_sim.base.fitted import FittedValue
from follicle_sim.base.quantity import read_toml
from follicle_sim.biology.factors import FACTOR_FILE, channel, load_factors
from follicle_sim.pharmacology.fitted import LIBRARY, load_fitted, write_fitted
from follicle_sim.pharmacology.library import load_treatment, treatment_file, treatment_names
from follicle_sim.pharmacology.treatment import parse_treatment

FILES = sorted(LIBRARY.glob("*.toml"))
SOURCE = re.compile(r"https?://|doi|model \d|assumption: \w|definition: \w|least squares")


def numbers(node, path=""):
    """Yield every number of a file with the table it stands in."""
    for key, child in node.items():
        here = f"{path}.{key}"
        if isinstance(child, dict):
            yield from numbers(child, here)
        elif isinstance(child, int | float) and not isinstance(child, bool):
            yield here, node


@pytest.mark.parametrize("path", [*FILES, FACTOR_FILE], ids=lambda p: p.stem)
def test_every_number_has_unit_source_and_grade(path):
    for where, table in numbers(read_toml(path)):
        if path.stem == "fitted_potencies" and (
            where.endswith(".log_se") or ".elasticity." in where
        ):
            continue  # the error of a fit: the next test
        assert where.endswith(".value"), f"{path.name}{where}: a bare number"
        assert table.get("unit"), where
        assert SOURCE.search(table.get("source", "")), where
        assert table.get("grade"), where
        if table["grade"] == "assumption":
            assert "assumption: " in table["source"], where
        if table["source"].startswith("assumption"):
            assert table["grade"] == "assumption", where


def test_the_error_of_a_fitted_potency_says_where_it_comes_from():
    entries = read_toml(LIBRARY / "fitted_potencies.toml").items()
    with_error = {name: entry for name, entry in entries if "log_se" in entry}
    assert len(with_error) >= 5
    for name, entry in with_error.items():
        assert entry["log_se"] > 0.0, name
        assert "potency_error" in entry["error"] or "assumption" in entry["error"], name


def test_the_library_of_this_version():
    assert {name: load_treatment(name).amount for name in treatment_names()} == {
        "baricitinib_oral": "mass",
        "clobetasol_topical": "volume",
        "conditioned_medium_topical": "sessions",
        "contact_immunotherapy": "sessions",
        "deuruxolitinib_oral": "mass",
        "dutasteride_oral": "mass",
        "exosomes_adipose_microneedling": "sessions",
        "exosomes_foreskin_injection": "particles",
        "exosomes_placental_injection": "particles",
        "exosomes_umbilical_microneedling": "particles",
        "finasteride_oral": "mass",
        "finasteride_topical": "volume",
        "growth_factor_cocktail_microneedling": "sessions",
        "hair_transplant": "grafts",
        "hyaluronic_booster": "sessions",
        "hydroxychloroquine_oral": "mass",
        "laser_comb": "sessions",
        "methotrexate_oral": "mass",
        "micrografts_injection": "sessions",
        "microneedling": "sessions",
        "minoxidil_foam_5": "mass",
        "minoxidil_oral": "mass",
        "minoxidil_topical_2": "volume",
        "minoxidil_topical_5": "volume",
        "prednisolone_oral": "mass",
        "prp_injection": "sessions",
        "ritlecitinib_oral": "mass",
        "saline_injection": "sessions",
        "scalp_cooling": "sessions",
        "tofacitinib_oral": "mass",
        "triamcinolone_intralesional": "mass",
        "upadacitinib_oral": "mass",
        "vehicle": "volume",
    }


@pytest.mark.parametrize("name", treatment_names())
def test_every_treatment_loads_and_only_the_vehicle_does_nothing(name):
    treatment = load_treatment(name)
    assert treatment.name == name
    assert treatment.inert == (name == "vehicle")
    assert bool(treatment.drives()) == treatment.acts


def test_an_unknown_treatment_gives_the_nearest():
    with pytest.raises(InputError, match='did you mean "finasteride_oral"'):
        load_treatment("finastride_oral")
    with pytest.raises(InputError, match="allowed: baricitinib_oral"):
        load_treatment("zzz")
    with pytest.raises(InputError, match="unknown treatment"):
        load_treatment("../library/vehicle")
    with pytest.raises(InputError, match="unknown treatment"):
        load_treatment("fitted_drake")


def channels_at_full_effect(name):
    treatment = load_treatment(name).with_values({"potency": 1.0})
    table = load_factors()
    levels = np.ones((1, len(table.names), 1))
    for factor, drive in treatment.drives().items():
        levels[0, table.index(factor)] += drive
    names = ("anagen", "telogen", "kenogen", "calibre")
    return {c: float(channel(levels, c, table)[0, 0]) for c in names}


def test_minoxidil_split_gives_the_channel_effects_of_the_model():
    logs = channels_at_full_effect("minoxidil_topical_5")
    assert math.exp(logs["kenogen"]) == pytest.approx(1.6, rel=1e-9)
    assert math.exp(logs["anagen"]) == pytest.approx(0.9, rel=1e-9)
    assert logs["telogen"] == logs["calibre"] == 0.0


def test_exosome_split_gives_the_channel_effects_of_the_model():
    logs = channels_at_full_effect("exosomes_adipose_microneedling")
    assert math.exp(logs["kenogen"]) == pytest.approx(2.0, rel=1e-9)
    # 0.2 in the model; the file says why it is a little more
    assert logs["calibre"] == pytest.approx(0.222, rel=1e-9)
    assert logs["telogen"] == logs["anagen"] == 0.0


def broken(change):
    path = treatment_file("minoxidil_topical_5")
    tables = read_toml(path)
    change(tables)
    with pytest.raises(InputError) as caught:
        parse_treatment("minoxidil_topical_5", tables, path.name)
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t["effect"]["ec50"].pop("source"), "effect.ec50.source: Field required"),
        (lambda t: t["effect"]["ec50"].update(grade="hearsay"), "effect.ec50.grade"),
        (lambda t: t["effect"]["ec50"].update(unit="mg/L"), 'with this dose: "mg"'),
        (lambda t: t["effect"]["ec50"].update(value=0.0), "ec50 must be above 0"),
        (lambda t: t["effect"].update(ec51=1), "effect.ec51: Extra inputs"),
        (lambda t: t["disposition"]["half_life"].update(value=-1.0), "out of bounds: > 0"),
        (lambda t: t["disposition"]["half_life"].update(unit="h"), 'kept in "d"'),
        (lambda t: t["disposition"]["half_life"].update(value=math.nan), "finite"),
        (lambda t: t["disposition"]["strength"].update(unit="mg/L"), 'such as "mg/mL"'),
        (lambda t: t["disposition"]["fraction"].update(value=1.4), "<= 1"),
        (
            lambda t: t["disposition"].update(to_peripheral=dict(t["potency"])),
            "disposition.to_peripheral",
        ),
        (lambda t: t["signature"].update(WNTT=t["signature"]["WNT"]), 'did you mean "WNT"'),
        (lambda t: t.pop("potency"), "go together"),
        (lambda t: t["potency"].update(fitted="potencies.minoxidil"), 'no value "minoxidil"'),
        (lambda t: t["potency"].update(fitted="potences.x"), 'did you mean "potencies"'),
    ],
)
def test_a_broken_file_is_refused_with_the_place(change, message):
    assert message in broken(lambda t: change(t))


def test_all_problems_of_a_file_come_at_once():
    def change(tables):
        tables["effect"]["ec50"].pop("source")
        tables["disposition"]["half_life"]["unit"] = "h"

    text = broken(change)
    assert len(text.splitlines()) == 2
    assert all(line.startswith("minoxidil_topical_5.toml: ") for line in text.splitlines())


def test_replacing_a_number():
    treatment = load_treatment("minoxidil_topical_5")
    changed = treatment.with_values({"effect.ec50": 3.0, "signature.WNT": 0.0})
    assert changed.effect.ec50.value == 3.0
    assert changed.effect.ec50.grade == "assumption"
    assert changed.drives()["WNT"] == 0.0
    assert treatment.effect.ec50.value != 3.0
    with pytest.raises(InputError, match=r'did you mean "effect\.ec50"'):
        treatment.with_values({"effect.ec5": 3.0})
    with pytest.raises(InputError, match="out of bounds"):
        treatment.with_values({"disposition.half_life": -3.0})


def test_fitted_files_round_trip(tmp_path):
    entries = {
        "x": FittedValue(
            value=1 / 3,
            unit="1",
            source='quoted "so" \\',
            grade="fitted",
            command="python -m x",
            data=("a", "b"),
            date="2000-01-01",
            versions={"numpy": "2", "a-b": "1"},
        ),
        "y": FittedValue(value=2.0, unit="1", source="assumption: start", grade="assumption"),
    }
    write_fitted("set", entries, "Written by a test.\n\nTwice.", folder=tmp_path)
    assert load_fitted("set", tmp_path) == entries
    assert [p.name for p in tmp_path.iterdir()] == ["fitted_set.toml"]


def test_a_fitted_value_must_say_how_to_repeat_it():
    with pytest.raises(ValueError, match="needs command, data, date and versions"):
        FittedValue(value=1.0, unit="1", source="a fit", grade="fitted")
