"""`follicle-sim check`: every problem of a scenario file at once, or a line that it is fine."""

import typer

from follicle_sim.cli.options import ScenarioFile, Settings, file_name, read_scenario
from follicle_sim.cli.text import format_count


def check(file: ScenarioFile, settings: Settings = None) -> None:
    """Check a scenario file: every problem at once, or a line that says it is fine."""
    from follicle_sim.analysis.ready import check_analysis, why_not
    from follicle_sim.protocol.headcount import people_of
    from follicle_sim.protocol.notes import notes
    from follicle_sim.protocol.resolve import resolve
    from follicle_sim.protocol.suitability import health_notes, suitability_notes
    from follicle_sim.simulation.simulate import check_memory

    scenario = read_scenario(file, settings)
    protocol = resolve(scenario)[0]
    check_memory(protocol)
    check_analysis(scenario, str(file))
    people = people_of(scenario).total * scenario.run.replicates
    parts = {"arm": len(protocol.arms), "subject": people, "visit": len(protocol.visits.days)}
    counts = (format_count(count, noun) for noun, count in parts.items())
    typer.echo(f"{file_name(file)}: fine: {', '.join(counts)}")
    remarks = [*notes(scenario), *suitability_notes(scenario), *health_notes(scenario)]
    if scenario.design.kind != "counterfactual" and (reason := why_not(scenario)):
        remarks.append(f"follicle-sim trial and power have nothing to analyse: {reason}")
    for remark in remarks:
        typer.echo(f"note: {remark}")
