"""What was set so that a baseline is counted as stated, in a sentence and as data."""

from __future__ import annotations

import json
from collections.abc import Mapping

from follicle_sim.base.units import format_quantity
from follicle_sim.biology.condition import Condition
from follicle_sim.protocol.baseline.dense_scalps import doubt_of
from follicle_sim.protocol.baseline.meet import meet_baseline
from follicle_sim.protocol.baseline.settle import Met
from follicle_sim.scenario.fields.methods import PLAIN
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.tables.instrument import Instrument
from follicle_sim.scenario.tables.population import Population


def baseline_sentence(scenario: Scenario) -> str:
    """Return what was set for a stated baseline and what it implies; "" where none is stated.

    Raises
    ------
    InputError
        As `meet_baseline`.
    """
    met = meet_baseline(scenario)
    if met is None:
        return ""
    condition = scenario.population.disease
    who, follicles = scenario.population, f"{met.follicle_density:.4g} follicles/cm2"
    hairs = _stated_text(scenario, met)
    tool = _instrument_text(scenario.instrument) + _operators_text(scenario, met)
    if not met.set_density:
        assert met.severity is not None
        place = _place(condition, met.severity)
        whose = "usual in the condition" if who.follicle_density is None else "given"
        how = f"severity {met.severity:g} ({place}), with {follicles} ({whose})"
    elif met.severity is not None:
        place = _place(condition, met.severity)
        how = f"{follicles} at severity {met.severity:g} ({place}): with the usual "
        how += f"{condition.follicle_density:g}/cm2 no grade of {condition.name} shows it"
    else:
        how = follicles
        if len(condition.severities) > 1:
            how += f" at the severity that is given ({_own_severity(who)})"
    sentence = f"{hairs} met by {how}; counted by {tool}"
    doubt = doubt_of(met.follicle_density)
    return f"{sentence}; {doubt}" if doubt else sentence


def baseline_attrs(met: Met | None) -> dict[str, str]:
    """Return the attribute of a result that says what was set; nothing where nothing was stated."""
    if met is None:
        return {}
    record = {
        "stated": met.stated.key,
        "stated_density": met.stated.density,
        "variable": met.stated.variable,
        "severity": met.severity,
        "follicle_density": met.follicle_density,
        "set": "follicle_density" if met.set_density else "severity",
        "expected_density": float(f"{met.expected:.5g}"),
        "operator_factor": float(f"{met.operators:.5g}"),
    }
    return {"baseline": json.dumps(record, sort_keys=True)}


def _stated_text(scenario: Scenario, met: Met) -> str:
    if met.stated.key == "hair_count":
        count = f"{scenario.population.hair_count:g} hairs"
        return f"{count} ({met.stated.density:.4g} hairs/cm2)"
    kind = "terminal hairs" if met.stated.variable == "terminal_density" else "hairs"
    return f"{met.stated.density:.6g} {kind}/cm2"


def _own_severity(who: Population) -> str:
    return "a mixture of grades" if isinstance(who.severity, Mapping) else str(who.severity)


def _instrument_text(instrument: Instrument) -> str:
    thinnest = format_quantity(instrument.thinnest, "calibre")
    method = "every hair" if instrument.method == PLAIN else instrument.method
    return f"{method} from {thinnest}" if instrument.thinnest > 0.0 else method


def _operators_text(scenario: Scenario, met: Met) -> str:
    """Return how the operators of a trial read, where operators differ."""
    tool = scenario.instrument
    if tool.operator_error == 0.0:
        return ""
    if scenario.run.replicates > 1:
        return (
            "; each replicate has operators of its own, so its count is off by their error "
            f"(SD {100.0 * tool.operator_error:g} % between operators)"
        )
    off = f"{100.0 * (met.operators - 1.0):+.1f} %"
    if tool.operators == 1:
        return f", whose operator with this seed reads {off} (taken into account)"
    return f", whose {tool.operators} operators with this seed read {off} (taken into account)"


def _place(condition: Condition, severity: float) -> str:
    """Return where a severity lies among the grades of a condition."""
    order = sorted(condition.severities.items(), key=lambda row: row[1])
    for name, value in order:
        if abs(severity - value) <= 1e-3 * value:
            return name
    below = [name for name, value in order if value < severity]
    above = [name for name, value in order if value > severity]
    if not below or not above:
        return f"beyond {(below or above)[-1 if below else 0]}"
    return f"between {below[-1]} and {above[0]}"
