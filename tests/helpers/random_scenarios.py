"""Random small scenarios of every kind, and the whole way through the program with one of them.

`documents()` draws nested dicts as a scenario file holds them, most of them valid; `journey` takes
a scenario through everything a user can do with it. Sizes are small, so that a journey takes a part
of a second.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xarray as xr
from hypothesis import strategies as st

from follicle_sim import simulate
from follicle_sim.analysis.ready import check_analysis, why_not
from follicle_sim.base.errors import InputError
from follicle_sim.biology.conditions import load_conditions
from follicle_sim.cli.explain import print_explanation
from follicle_sim.experiments.explain import explain
from follicle_sim.experiments.planning.power import power
from follicle_sim.pharmacology.library import load_treatment, treatment_names
from follicle_sim.protocol.describe import describe
from follicle_sim.protocol.notes import notes
from follicle_sim.protocol.resolve import resolve
from follicle_sim.reporting.cdisc.tables import DATASETS, as_csv, definition
from follicle_sim.reporting.folders.run import write_explanation, write_run
from follicle_sim.reporting.folders.trial import write_trial
from follicle_sim.reporting.page.text import page
from follicle_sim.reporting.report import TrialReport, make_report
from follicle_sim.results.by_treatment import by_treatment
from follicle_sim.results.compare import compare
from follicle_sim.results.endpoints import summarise
from follicle_sim.results.storage import differing_variables, load_result, save_result
from follicle_sim.scenario import Scenario
from follicle_sim.scenario.fields.methods import PLAIN, load_methods, seen_by
from follicle_sim.scenario.load import dump_scenario, from_document, parse_scenario
from follicle_sim.simulation.simulate import check_memory

DRAWN = ("nobody was allocated", "are eligible")
"""Refusals that depend on who is drawn, which no check can know: a stratified arm that stays empty,
criteria that too few candidates meet."""

AMOUNTS = {
    "mass": ("1 mg", "5 mg", "0 mg"),
    "volume": ("1 mL", "0.5 mL"),
    "sessions": ("1 session", "3 sessions"),
    "particles": ("1e9 particles/cm2",),
    "grafts": ("30 grafts/cm2", "0 grafts/cm2"),
    "none": ("1 mL",),
}
LABELS = ("drug", "placebo", "v1.2", "low dose", "Ärztin", "no treatment")
OF_DISEASES = {"salt", "hairline_recession", "lppai", "anagen_retention"}
OF_AREAS = sorted(
    name for name, method in load_methods().items() if not OF_DISEASES & set(method.measures)
)
"""Methods that read a target area; the others need a whole scalp."""

ROLES = ("treatment", "placebo", "active_control", "untreated")
ENDPOINTS = (
    "hair_density", "terminal_density", "shaft_calibre", "anagen_fraction", "shed_rate",
    "hair_weight", "growth_rate", "vellus_density", "cumulative_thickness", "telogen_fraction",
)  # fmt: skip


def weeks(number: float) -> str:
    return f"{number:g} weeks"


def sometimes(strategy: st.SearchStrategy[Any], odds: int = 4) -> st.SearchStrategy[Any]:
    """Return a strategy that gives None, the key left out, in all but one of `odds` draws."""
    return st.integers(0, odds - 1).flatmap(lambda n: strategy if n == odds - 1 else st.none())


def given(**parts: Any) -> dict[str, Any]:
    """Return a table without the keys that are left out."""
    return {key: value for key, value in parts.items() if value is not None}


EARLY = "-3 weeks"
"""Start of a dose of somebody who arrives treated."""


@st.composite
def doses(draw: st.DrawFn, local: bool = False) -> dict[str, Any]:
    """Draw a line of dosing; `local`: of what stays on its side of a scalp, in most draws."""
    names = [*treatment_names(), "minoxidil_topical_5", "finasteride_oral"]
    if local and draw(st.integers(0, 4)):
        names = [name for name in names if load_treatment(name).route != "oral"]
    name = draw(st.sampled_from(names))
    treatment = load_treatment(name)
    dose = given(
        treatment=name,
        amount=draw(st.sampled_from(AMOUNTS.get(treatment.amount, ("1 mL",)))),
        start=draw(sometimes(st.sampled_from([weeks(1), "3 days", weeks(9), weeks(60), EARLY]))),
        duration=draw(sometimes(st.sampled_from(["1 hour", "2 days"]), 6)),
        batches=draw(sometimes(st.just("shared"), 6)),
        adherence=draw(sometimes(st.sampled_from([0.0, 0.5, 0.9]), 2)),
    )
    if treatment.graft is not None:
        dose.pop("adherence", None)
    if treatment.variants and draw(st.booleans()):
        dose["variants"] = [draw(st.sampled_from(sorted(treatment.variants)))]
    shape = draw(st.sampled_from(["once", "count", "until"]))
    if shape != "once":
        dose["every"] = draw(st.sampled_from(["12 hours", "1 day", "3.3 days", weeks(1), weeks(4)]))
    if shape == "count":
        dose["count"] = draw(st.integers(1, 12))
    if shape == "until":
        dose["until"] = draw(st.sampled_from([weeks(10), weeks(30), weeks(70)]))
        if dose.get("start") == weeks(60) and dose["until"] != weeks(70):
            dose["until"] = weeks(70)
        if dose.get("start") == weeks(9) and dose["until"] == weeks(9):
            dose["until"] = weeks(10)
    return dose


@st.composite
def populations(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from([*load_conditions(), "aga_male", "aga_male"]))
    grades = list(load_conditions()[name].severities)
    mixed = {grades[0]: 0.5, grades[-1]: 0.5} if len(grades) > 1 else None
    severity: list[Any] = [None, draw(st.sampled_from(grades)), 0.5, 0.0, mixed]
    ages: list[Any] = ["40 years", ["20 years", "60 years"], {"mean": "45 years", "sd": "9 years"}]
    # a condition that follows age needs one
    age = draw(st.sampled_from(ages if load_conditions()[name].follows_age else [None, *ages]))
    sex = draw(st.sampled_from([None, "male", "female", {"female": 0.4, "male": 0.6}]))
    spread: Any = draw(
        st.sampled_from([None, "typical", {"potency": 0.5}, {"follicle_density": 0.3}])
    )
    inclusion = given(
        age=["20 years", "70 years"] if age and draw(st.booleans()) else None,
        sex="female" if sex not in (None, "male") and draw(st.booleans()) else None,
        severity=[grades[0], grades[-1]] if draw(st.booleans()) else None,
        hair_density=["1 cm-2", "900 cm-2"] if draw(st.booleans()) else None,
    )
    return given(
        subjects=draw(st.sampled_from([1, 2, 3, 4, 6])),
        follicles=draw(st.one_of(st.integers(20, 60), st.just(1), st.none())),
        target_area=draw(st.sampled_from(["0.2 cm2", "0.1 cm2"])),
        follicle_density=draw(st.sampled_from(["250 cm-2", "60 cm⁻²"])),
        condition=name,
        severity=draw(st.sampled_from(severity)),
        age=age,
        sex=sex,
        spread=spread,
        inclusion=draw(sometimes(st.just(inclusion))),
    )


@st.composite
def designs(draw: st.DrawFn, labels: list[str]) -> dict[str, Any]:
    kind = draw(
        st.sampled_from(
            ["parallel", "parallel", "counterfactual", "split_scalp", "crossover", "delayed_start"]
        )
    )
    visits: Any = draw(
        st.sampled_from(
            [
                ["0 days"],
                ["0 days", weeks(12)],
                ["0 days", weeks(4), weeks(12)],
                ["0 days", "3 days", weeks(4), weeks(12)],
                {"every": weeks(5), "until": weeks(12)},
                {"every": weeks(4), "until": weeks(12)},
            ]
        )
    )
    last = 10 if isinstance(visits, dict) and visits["every"] == weeks(5) else 12
    own: dict[str, Any] = {}
    if kind == "crossover":
        period = draw(st.sampled_from([last, 13, 16]))
        own = {
            "period": weeks(max(period, last)),
            "washout": draw(st.sampled_from(["0 days", "1 day", weeks(2), weeks(8)])),
        }
    if kind == "delayed_start":
        own = {"switch": draw(st.sampled_from(["2 days", weeks(4), weeks(9), weeks(11.5)]))}
    free = kind in ("parallel", "delayed_start")
    split = kind in ("parallel", "crossover", "delayed_start")
    ratio = {label: draw(st.integers(1, 2)) for label in labels}
    run_in = draw(sometimes(st.sampled_from(["2 weeks", "3.5 days"])))
    dropout = given(
        per_year=draw(st.sampled_from([0.2, 0.2, 0.9])),
        lack_of_effect=draw(
            sometimes(
                st.fixed_dictionaries(
                    {
                        "per_visit": st.sampled_from([0.3, 1.0]),
                        "wanted": st.sampled_from(["5 cm-2", "-20 cm-2"]),
                    },
                    optional={"softness": st.just("3 cm-2"), "after": st.just(weeks(4))},
                ),
                2,
            )
        ),
    )
    return given(
        kind=kind,
        visits=visits,
        **own,
        allocation=draw(sometimes(st.just(ratio))) if free else None,
        stratify=draw(sometimes(st.just("severity"))) if split else None,
        run_in=run_in,
        run_in_arm=draw(sometimes(st.sampled_from(labels), 2)) if run_in else None,
        recruitment=draw(sometimes(st.just({"opens": "1 March", "lasts": "26 weeks"}), 8)),
        visit_window=draw(sometimes(st.sampled_from(["1 day", "0.7 days"]))),
        late_visits=draw(sometimes(st.just({"share": 0.5, "by": "1 day"}))),
        missed_visits=draw(sometimes(st.sampled_from([0.2, 0.5]))),
        missed_baseline=draw(sometimes(st.sampled_from([0.2, 0.5]), 6)),
        dropout=draw(sometimes(st.just(dropout))),
        early_stop=draw(sometimes(st.sampled_from([{"per_year": 0.5}, {"per_year": 0.99}]))),
        adherence_spread=draw(sometimes(st.sampled_from([0.5, 2.0]))),
    )


@st.composite
def analyses(draw: st.DrawFn, labels: list[str], instrument: dict[str, Any]) -> dict[str, Any]:
    method = instrument.get("method")
    measured = seen_by(load_methods()[method or PLAIN].measures)
    seen = [name for name in ENDPOINTS if name in measured]
    endpoints = st.sampled_from(seen or ["hair_density"])
    pairs = st.permutations(labels).map(lambda p: [{"treatment": p[0], "control": p[1]}])
    return given(
        endpoint=draw(endpoints),
        method=draw(
            sometimes(
                st.sampled_from(
                    [
                        "t_test", "welch", "wilcoxon", "ancova", "mmrm", "mixed_model",
                        "paired_t", "signed_rank",
                    ]
                ),
                2,
            )
        ),
        measure=draw(sometimes(st.sampled_from(["average", "responders"]), 6)),
        set=draw(sometimes(st.just("per_protocol"), 2)),
        missing=draw(
            sometimes(
                st.sampled_from(
                    [
                        "complete_cases", "last_observation_carried_forward",
                        "baseline_observation_carried_forward", "jump_to_reference",
                    ]
                ),
                2,
            )
        ),
        sided=draw(sometimes(st.just(1))),
        multiplicity=draw(sometimes(st.sampled_from(["holm", "hochberg", "hierarchical"]))),
        responder_share=draw(sometimes(st.just(0.05))),
        satisfaction=draw(sometimes(st.sampled_from(["five_point", "seven_point"]))),
        adverse_events=draw(sometimes(st.just(True))),
        secondary=draw(sometimes(endpoints.map(lambda name: [{"endpoint": name}]))),
        comparisons=draw(sometimes(pairs)) if len(labels) > 1 else None,
        imputations=3,
    )  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Return a scenario as a file holds it; most are valid."""
    count = draw(st.sampled_from([1, 2, 2, 2, 3, 4]))
    labels = list(draw(st.permutations(LABELS)))[:count]
    design = draw(designs(labels))
    roles = [draw(st.sampled_from(ROLES)) for _ in labels]
    if count > 1 and draw(st.integers(0, 3)):
        roles[:2] = ["treatment", draw(st.sampled_from(["placebo", "untreated"]))]
    if design["kind"] == "split_scalp":
        labels, roles = labels[:2], roles[:2]
    arms = []
    for label, role in zip(labels, roles, strict=True):
        several = draw(st.sampled_from([0, 1, 1, 2])) if role != "untreated" else 0
        lines = [draw(doses(design["kind"] == "split_scalp")) for _ in range(several)]
        moved = design["kind"] in ("crossover", "delayed_start") or "run_in_arm" in design
        for line in lines:
            if line.get("start") == EARLY and (moved or "graft" in line["amount"]):
                del line["start"]
        arms.append(given(label=label, role=role, doses=lines or None))
        if draw(st.integers(0, 5)) == 0:
            arms[-1]["id"] = f"name of {label}"
    instrument: dict[str, Any] = draw(
        st.one_of(
            st.just({}),
            st.sampled_from(OF_AREAS).map(lambda name: {"method": name}),
            st.just({"reader_error": 0.1}),
        )
    )
    run = given(
        seed=draw(st.integers(0, 1000)),
        history="2 years"
        if "recruitment" in design
        else draw(st.sampled_from(["30 days", "100 days"])),
        forcing_step=draw(st.sampled_from(["1 day", "2 days", "0.7 days"])),
        replicates=draw(st.sampled_from([1, 1, 1, 2])),
    )
    return given(
        schema_version=1,
        title="a random scenario",
        population=draw(populations()),
        arms=arms,
        design=design,
        instrument=instrument or None,
        analysis=draw(sometimes(analyses(labels, instrument), 2)),
        run=run,
        record=draw(
            sometimes(
                st.sampled_from(
                    [{"follicles": True}, {"variables": ["hair_density", "phase_count"]}]
                ),
                6,
            )
        ),
    )


@dataclass
class Told:
    """What became of a scenario."""

    scenario: Scenario | None = None
    refused: str = ""  # by check, with the reason
    drawn: str = ""  # by the run, for who was drawn
    stages: list[str] = field(default_factory=list)
    data: xr.Dataset | None = None
    report: TrialReport | None = None


def checked(document: dict[str, Any]) -> Told:
    """Return the scenario of a document, or why `follicle-sim check` refuses it."""
    try:
        scenario = from_document(document, "random.toml")
        check_memory(resolve(scenario)[0])
        check_analysis(scenario, "random.toml")
    except InputError as error:
        return Told(refused=str(error))
    notes(scenario)
    describe(scenario)
    assert parse_scenario(dump_scenario(scenario)) == scenario
    return Told(scenario, stages=["check"])


def journey(document: dict[str, Any], folder: Path | None = None) -> Told:
    """Take a scenario through run, trial, CDISC tables and saving; figures too with a folder.

    Any error of what `check` accepts comes out, but those of `DRAWN`.
    """
    told = checked(document)
    scenario = told.scenario
    if scenario is None:
        return told
    try:
        data = told.data = simulate(scenario, threads=1)
    except InputError as error:
        if not any(words in str(error) for words in DRAWN):
            raise
        told.drawn = str(error)
        return told
    told.stages.append("run")
    summarise(data)
    compare(data)
    by_treatment(data)
    if folder is not None:
        save_result(data, folder / "saved.nc")
        assert differing_variables(data, load_result(folder / "saved.nc")) == []
        write_run(data, scenario, folder)
        told.stages.append("files")
    single = scenario.design.kind != "counterfactual" and scenario.run.replicates == 1
    if single and scenario.analysis.measure == "change" and not why_not(scenario):
        report = told.report = make_report(data)
        page(report)
        for table in DATASETS:
            as_csv(table, table.rows(report))
        definition(report)
        told.stages.append("trial")
        if folder is not None:
            write_trial(report, folder, cdisc=True)
            told.stages.append("trial files")
    return told


def explained(told: Told, folder: Path | None = None) -> None:
    """Explain a scenario that check accepts."""
    assert told.scenario is not None
    data = explain(told.scenario)
    if folder is not None:
        write_explanation(data, folder)
        print_explanation(told.scenario, data, folder, ("explain.nc", "explain.png"))
    told.stages.append("explain")


def powered(told: Told) -> None:
    """Find the power of a scenario whose trial can be analysed, by a trial or two."""
    scenario = told.scenario
    assert scenario is not None
    if scenario.design.kind == "counterfactual" or why_not(scenario):
        return
    try:
        power(scenario, [max(2, scenario.population.subjects)], 2, threads=1).lines()
    except InputError as error:
        if not any(words in str(error) for words in DRAWN):
            raise
        told.drawn = str(error)
        return
    told.stages.append("power")
