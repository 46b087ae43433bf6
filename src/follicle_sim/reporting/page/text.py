"""The one page that a trial is reported on, as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from follicle_sim.analysis.outcomes.flow import ArmFlow
from follicle_sim.analysis.outcomes.patient_scales import patient_scales
from follicle_sim.analysis.result import TrialRow, p_text
from follicle_sim.figures.parts.style import name_of, unit_of
from follicle_sim.protocol.describe import traits_text
from follicle_sim.protocol.describe_design import design_lines, subjects_text
from follicle_sim.reporting.page import words
from follicle_sim.reporting.page.caveats import caveats
from follicle_sim.reporting.page.money import both_halves, per_added_hair
from follicle_sim.reporting.report import TrialReport
from follicle_sim.results.beyond import beyond_published

WIDTH = 96
"""Columns of the page where nothing else is asked for."""
LEAST = 80
TESTED = ("primary", "secondary", "after_switch")
LABEL = 12


def page(report: TrialReport, width: int = WIDTH) -> str:
    """Return a trial's page: question, design, flow, answer, further rows, costs, caveats.

    Parameters
    ----------
    report
        From `make_report`.
    width
        Columns, `LEAST` or more.
    """
    width = max(width, LEAST)
    blocks = [
        [report.scenario.title],
        list(_design(report, width)),
        ["Flow of subjects", "", *_flow(report, width)],
        ["Result", *_answers(report, width)],
        list(_rows(report, width)),
        list(_patients(report, width)),
        list(_events(report, width)),
        list(_costs(report, width)),
        ["To keep in mind", *_caveats(report, width)],
    ]
    return "\n\n".join("\n".join(block).rstrip() for block in blocks if block)


def question(report: TrialReport) -> str:
    """Return what the trial asks, in a sentence."""
    test = report.primary
    name, week = name_of(test.endpoint), f"week {test.day / 7:g}"
    arms = list(dict.fromkeys(t.treatment for t in report.tests if t.purpose == "primary"))
    first = arms[0] if len(arms) == 1 else f"{', '.join(arms[:-1])} or {arms[-1]}"
    on = f"on {first} differ from that on {test.control}?"
    if test.measure == "responders":
        return f"At {week}, does the share of responders ({responders(report)}) {on}"
    if test.measure == "average" and test.control:
        return f"Up to {week}, does the average change in {name} {on}"
    if test.measure == "average":
        return f"Up to {week}, does {name} change on average on {first}?"
    if test.control:
        return f"By {week}, does {name} change otherwise on {first} than on {test.control}?"
    return f"By {week}, does {name} change on {first}?"


def responders(report: TrialReport) -> str:
    """Return what makes a responder of the primary endpoint."""
    return words.responder_words(report.primary.endpoint, report.gain)


def _design(report: TrialReport, width: int) -> Iterator[str]:
    scenario = report.scenario
    tool = scenario.instrument
    sections = {
        "question": question(report),
        **design_lines(scenario),
        "people": f"{subjects_text(scenario)}; {', '.join(traits_text(scenario.population))}",
        "instrument": tool.name,
    }
    for name, text in sections.items():
        text = text.replace("_", " ").replace("cm-2", "hairs/cm2")
        yield from words.paragraph(text, width, first=f"{name.capitalize():<{LABEL}}")


def _flow(report: TrialReport, width: int) -> Iterator[str]:
    flow = report.flow
    if flow.screened is not None:
        reasons = ", ".join(
            f"{name_of(reason)} {count}" for reason, count in flow.excluded.items() if count
        )
        out = sum(flow.excluded.values())
        text = f"{flow.screened} screened, {out} excluded ({reasons or 'none'}), "
        yield from words.paragraph(f"{text}{flow.enrolled} enrolled.", width)
    else:
        yield f"  {flow.enrolled} enrolled; the scenario has no criteria, so nobody was excluded."
    lines: list[tuple[str, list[str]]] = [("allocated", [str(arm.allocated) for arm in flow.arms])]
    lines.append(("took the treatment", [_or_none(arm.received) for arm in flow.arms]))
    lines.append(("stopped it early", [_or_none(arm.stopped) for arm in flow.arms]))
    for reason in flow.arms[0].lost:
        lines.append((f"left, {reason}", [str(arm.lost[reason]) for arm in flow.arms]))
    lines.append(("completed follow-up", [str(arm.completed) for arm in flow.arms]))
    lines.append(("visits missed", [_missed(arm) for arm in flow.arms]))
    for name in flow.arms[0].analysed:
        title = f"measured at week {flow.week:g}, {name.replace('_', ' ')}"
        lines.append((title, [str(arm.analysed[name]) for arm in flow.arms]))
    head = ["", *(arm.label for arm in flow.arms)]
    filled_rows = [[name, *cells] for name, cells in lines if any(cells)]
    if sum(map(len, head)) + 40 > width and len(flow.arms) > 2:
        # Too wide for columns: an arm a line.
        for index, arm in enumerate(flow.arms):
            parts = ", ".join(f"{row[0]} {row[index + 1]}" for row in filled_rows if row[index + 1])
            yield from words.paragraph(f"{arm.label}: {parts}", width)
        return
    yield from words.table([head, *filled_rows], width)


def _or_none(count: int | None) -> str:
    return "" if count is None else str(count)


def _missed(arm: ArmFlow) -> str:
    return f"{arm.missed} of {arm.planned}"


def _answers(report: TrialReport, width: int) -> Iterator[str]:
    tested = [row for row in report.result.rows if row.purpose in TESTED]
    for row in tested:
        if row.purpose != "primary":
            continue
        yield ""
        sentences = words.answer_sentences(row, report.result, len(tested), report.gain)
        yield from words.paragraph(" ".join(part for part in sentences if part), width)
        yield from words.paragraph(f"({words.how_found(row)})", width)


def _rows(report: TrialReport, width: int) -> Iterator[str]:
    rows = report.result.rows
    multiple = report.result.multiplicity != "none"
    for arm, control in dict.fromkeys((row.arm, row.control) for row in rows):
        pair_rows = [row for row in rows if (row.arm, row.control) == (arm, control)]
        pair_rows = [
            row
            for row in pair_rows
            if row.purpose != "adverse_events" and not repeats_primary(row, pair_rows)
        ]
        yield f"{arm} against {control}" if control else f"{arm}, change from baseline"
        estimate_head = f"estimate [{words.percent_of(report.result.level)} interval]"
        adjusted = "adjusted" if multiple else ""
        head = ["", _short(arm), _short(control) if control else "", estimate_head, "p", adjusted]
        lines = (_cells(row, multiple, report.gain) for row in pair_rows)
        yield from words.table([head, *lines], width)
        yield ""
    if multiple:
        how = words.MULTIPLICITY_WORDS[report.result.multiplicity]
        yield from words.paragraph(
            f"adjusted: p of the primary and secondary tests for there being several ({how}); the "
            "other rows describe and are not adjusted.",
            width,
        )


def repeats_primary(row: TrialRow, rows: Sequence[TrialRow]) -> bool:
    """Tell whether a row that describes a comparison repeats its primary row among `rows`."""
    first = [other for other in rows if other.purpose == "primary"]
    if row.purpose == "responders":
        return any(words.is_rate(other) for other in first)
    return row.purpose == "average_change" and any(words.is_average(other) for other in first)


def _short(label: str, most: int = 14) -> str:
    return label if len(label) <= most else f"{label[: most - 1].rstrip()}~"


def _cells(row: TrialRow, multiple: bool, gain: str) -> list[str]:
    estimate = ""
    if row.estimate is not None and row.statistic not in ("rate", "median"):
        estimate = _number(row, row.estimate, sign=True)
    if row.low is not None and row.high is not None:
        between = f"[{_number(row, row.low)}, {_number(row, row.high)}]"
        estimate = f"{estimate} {between}".strip()
    means = [_mean(row, mean) for mean in (row.mean_treated, row.mean_control)]
    if row.statistic == ODDS:
        means = ["", ""]  # stand a line above
    adjusted = p_text(row.p_adjusted) if multiple else ""
    return [_what(row, gain), *means, estimate, p_text(row.p), adjusted]


ODDS = "odds ratio of a better answer"
CHANCE = "chance of a better answer"


def _number(row: TrialRow, value: float, *, sign: bool = False) -> str:
    if row.statistic in ("difference of rates", "rate", CHANCE):
        plus = "+" if sign and row.statistic == "difference of rates" and value > 0 else ""
        return f"{plus}{100 * value:.0f}"
    if row.statistic in ("hazard ratio", ODDS):
        return f"{value:.2f}"
    if row.purpose in ("satisfaction", "time_to_response"):
        return f"{value:.1f}"
    return words.amount(row, value, sign=sign).split(" ")[0]


def _mean(row: TrialRow, value: float | None) -> str:
    if value is None:
        waiting = row.purpose == "time_to_response" and row.control and row.estimate is not None
        return "not reached" if waiting else ""
    if words.is_rate(row):
        return f"{100 * value:.0f}"
    if row.purpose in ("satisfaction", "time_to_response"):
        return f"{value:.1f}"
    return words.amount(row, value, sign=True).split(" ")[0]


def _what(row: TrialRow, gain: str) -> str:
    name, _, detail = row.endpoint.partition(",")
    detail = detail.strip().replace("cm-2", "hairs/cm2")
    unit = words.unit_words(row)
    until = f"average change until week {row.week:g}"
    if row.purpose == "responders":
        return f"responders (%): {detail}"
    if row.purpose == "time_to_response":
        ratio = "; hazard ratio" if row.statistic == "hazard ratio" else ""
        return f"median {detail}{ratio}"
    if row.purpose == "average_change":
        return f"{name_of(name)}, {until} ({plain_unit(row)})"
    if row.purpose == "satisfaction":
        what = {CHANCE: "chance (%) of a better answer", ODDS: "odds ratio of a better answer"}
        return f"satisfaction, mean answer; {what.get(row.statistic, row.statistic)}"
    after = " after the switch" if row.purpose == "after_switch" else ""
    kind = "" if row.purpose == "after_switch" else f", {row.purpose}"
    if words.is_rate(row):
        limit = words.responder_words(row.endpoint, gain).removeprefix("a ")
        return f"responders (%): {limit}, week {row.week:g}{after}{kind}"
    if words.is_average(row):
        return f"{name_of(row.endpoint)}, {until} ({plain_unit(row)}){kind}"
    return f"{name_of(row.endpoint)}{f' ({unit})' if unit else ''}, week {row.week:g}{after}{kind}"


def plain_unit(row: TrialRow) -> str:
    """Return the unit of an averaged change."""
    name = row.endpoint.partition(",")[0]
    return words.plain(unit_of(name, row.unit, change=True))


def _patients(report: TrialReport, width: int) -> Iterator[str]:
    """Yield what people see of their hair, where the plan asks them how they find it."""
    data = report.dataset
    if report.plan.satisfaction is None or not {"hair_density", "shaft_calibre"} <= set(data):
        return
    if data.attrs["design_kind"] == "crossover":  # an arm is then an order of treatments
        return
    scales = patient_scales(data)
    until = scales.sel(time=report.primary.day, method="nearest")
    week = f"week {report.primary.day / 7:g}"
    head = ["As people see it", "rests on", *(f"{_short(arm, 18)}" for arm in data["arm"].values)]
    rows = []
    for name, values in scales.data_vars.items():
        change = [
            f"{float(before):.2g} to {float(after):.2g}"
            for before, after in zip(
                values.sel(time=0.0).mean("subject").values.ravel(),
                until[name].mean("subject").values.ravel(),
                strict=True,
            )
        ]
        rows.append([values.attrs["long_name"], values.attrs["basis"], *change])
    yield from words.table([head, *rows], width, indent=0)
    yield from words.paragraph(f"Means of people, baseline to {week}, by `patient_scales`.", width)


def _events(report: TrialReport, width: int) -> Iterator[str]:
    if not report.events:
        return
    head = ["Side effects", "arm", "people", "events", "per 100 sessions"]
    rows = []
    for row in report.events:
        sessions = report.sessions(row)
        rate = "" if not sessions else f"{100 * row.events / sessions:.2g} (of {sessions})"
        what = f"{name_of(row.treatment)}: {name_of(row.event)}"
        people = f"{row.affected} of {row.people}"
        rows.append([what, _short(row.arm, 24), people, f"{row.events}", rate])
    yield from words.table([head, *rows], width, indent=0)


def _costs(report: TrialReport, width: int) -> Iterator[str]:
    yield "Cost"
    week = f"week {report.primary.day / 7:g}"
    for cost in report.costs.values():
        if cost.person is None:
            yield from words.paragraph(f"{cost.arm}: not known: {cost.reason}", width)
            continue
        text = f"{cost.arm}: {cost.person:,.0f} USD a person until {week}"
        if cost.session is not None:
            text += f", {cost.session:,.0f} USD a session ({cost.doses} sessions)"
        elif cost.doses:
            text += f" ({cost.doses:,} doses at home)"
        yield from words.paragraph(text, width)
    both = both_halves(report.scenario, report.primary.day)
    if both is not None and both.person is not None:
        text = f"Both halves together: {both.person:,.0f} USD a person until {week}, "
        yield from words.paragraph(f"{text}as one session treats both.", width)
    for row in report.result.rows:
        if row.purpose != "primary":
            continue
        added = per_added_hair(row, report.costs, report.result.level)
        if added is None:
            continue
        more, hair_price = added
        against = f" more than {row.control}" if row.control else ""
        text = f"{row.arm} costs {more:,.0f} USD{against}: "
        if hair_price.reason:
            text += f"no interval for the price of a hair: {hair_price.reason}."
        else:
            hair = "hair/cm2 added on average" if words.is_average(row) else "added hair/cm2"
            text += (
                f"{hair_price.value:,.0f} USD for each {hair} "
                f"({words.percent_of(report.result.level)} interval {hair_price.low:,.0f} to "
                f"{hair_price.high:,.0f}; the price itself is taken as exact)."
            )
        yield from words.paragraph(text, width)


def _caveats(report: TrialReport, width: int) -> Iterator[str]:
    beyond = [one.sentence for one in beyond_published(report.dataset)]
    for text in (*beyond, *caveats(report.scenario, report.result, report.flow)):
        sentence = f"{text[0].upper()}{text[1:].replace('_', ' ').rstrip('.')}."
        yield from words.paragraph(sentence, width, first="  - ")


def caption(rows: Sequence[TrialRow]) -> str:
    """Return how the primary rows were found, for a figure."""
    first = next(row for row in rows if row.purpose == "primary")
    return words.how_found(first).partition("; ")[2]
