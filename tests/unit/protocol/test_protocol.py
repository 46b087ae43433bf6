"""The scenario is resolved once: what comes after asks no file, no library and no text."""

import ast
from collections import Counter
from pathlib import Path

import pytest
from planned import planned

import follicle_sim
from follicle_sim import parse_scenario, simulate
from follicle_sim.base.errors import InputError
from follicle_sim.biology.conditions import load_condition
from follicle_sim.pharmacology import library
from follicle_sim.protocol.resolve import resolve
from follicle_sim.scenario.vary import with_seed

PACKAGE = Path(follicle_sim.__file__).parent

TEXT = """
schema_version = 1
title = "two drugs and none"
[population]
subjects = 3
follicles = 20
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
severity = "norwood_iv"
spread = "typical"
[population.inclusion]
hair_density = ["1 cm-2", "900 cm-2"]
[[arms]]
label = "both"
role = "treatment"
doses = [
  { treatment = "finasteride_oral", amount = "1 mg", every = "1 day", count = 30 },
  { treatment = "minoxidil_topical_5", amount = "1 mL", every = "12 hours", count = 30 },
]
[[arms]]
label = "one"
role = "active_control"
doses = [{ treatment = "finasteride_oral", amount = "1 mg", every = "1 day", count = 30 }]
[[arms]]
label = "none"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 days", "4 weeks"]
[biology]
severity = 0.4
potency_minoxidil_topical_5 = 1.25
[run]
history = "60 days"
replicates = 2
"""

DOWNSTREAM = sorted(
    path.relative_to(PACKAGE).as_posix()
    for path in (PACKAGE / "simulation").rglob("*.py")
    if path.name != "__init__.py"
)
ASKED_BY_RESOLVE = {
    "load_condition", "load_parameters", "load_treatment", "load_factors", "parse_own", "unfold",
    "load_posterior", "load_methods",
}  # fmt: skip


def test_each_library_file_is_read_once_a_simulation(monkeypatch):
    scenario = parse_scenario(TEXT)
    read, seen = library.read_toml, Counter()

    def counted(path, *rest):
        seen[Path(path).name] += 1
        return read(path, *rest)

    monkeypatch.setattr(library, "read_toml", counted)
    library._read.cache_clear()  # files that an earlier test has read would not be read again
    simulate(scenario)
    assert {name: n for name, n in seen.items() if not name.startswith("fitted")} == {
        "finasteride_oral.toml": 1,
        "minoxidil_topical_5.toml": 1,
    }


@pytest.mark.parametrize("file", DOWNSTREAM)
def test_nothing_downstream_looks_anything_up(file):
    tree = ast.parse((PACKAGE / file).read_text(encoding="utf-8"))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert used & ASKED_BY_RESOLVE == set()


@pytest.mark.parametrize("file", [name for name in DOWNSTREAM if name != "simulation/simulate.py"])
def test_nothing_downstream_asks_the_scenario(file):
    """What it was made from is for titles and provenance."""
    tree = ast.parse((PACKAGE / file).read_text(encoding="utf-8"))
    asked = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith(".source")
    }
    assert asked <= {"title", "origin"}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert "Scenario" not in names


def test_a_protocol_holds_what_was_asked_for():
    plan = planned(parse_scenario(TEXT))
    assert [(arm.index, arm.label, arm.size, arm.sought) for arm in plan.arms] == [
        (0, "both", 3, 3),
        (1, "one", 3, 3),
        (2, "none", 3, 3),
    ]
    assert plan.visits.days == (0.0, 28.0)
    assert plan.condition is load_condition("aga_male")
    assert plan.parameters["severity"] == 0.4
    assert plan.potencies == {"minoxidil_topical_5.potency": 1.25}
    assert sorted(plan.treatments) == ["finasteride_oral", "minoxidil_topical_5"]
    assert plan.grid[0] <= -60.0 < 28.0 < plan.grid[-1]
    with pytest.raises(AttributeError):
        plan.seed = 3


def test_replicates_planned_alike_are_one_protocol():
    one, two = resolve(parse_scenario(TEXT))
    assert one is two
    drawn = parse_scenario(TEXT.replace("replicates", 'uncertainty = "posterior"\nreplicates'))
    first, second = resolve(drawn)
    assert first.parameters["progression"] != second.parameters["progression"]
    assert first.parameters["severity"] == second.parameters["severity"] == 0.4
    assert first.treatments is second.treatments
    assert resolve(drawn, first_replicate=1)[0].drawn == second.drawn


def test_another_seed_is_checked_and_changes_nothing_else():
    scenario = parse_scenario(TEXT)
    other = with_seed(scenario, 7)
    assert (other.run.seed, scenario.run.seed) == (7, 1)
    assert with_seed(other, 1) == scenario
    assert resolve(scenario, seed=7)[0].seed == resolve(other)[0].seed == 7
    with pytest.raises(InputError, match=r"run\.seed.*-1"):
        with_seed(scenario, -1)
