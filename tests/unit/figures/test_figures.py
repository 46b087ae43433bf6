"""Figures: what is drawn, on which axes, inside the paper, the same bytes every time."""

import dataclasses
import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from follicle_sim.base.errors import InputError, OutputError
from follicle_sim.experiments.explain import explain
from follicle_sim.figures import (
    plot_chain,
    plot_comparison,
    plot_density,
    plot_phases,
    save_figure,
)
from follicle_sim.figures.parts.labels import spread, wrap_text
from follicle_sim.figures.parts.published import study_name
from follicle_sim.figures.parts.style import arm_looks, luminance, readable, root_figure, style
from follicle_sim.results.compare import ComparisonRow, ComparisonTable, Unmatched
from follicle_sim.scenario import parse_scenario
from follicle_sim.scenario.load import to_document

DIMS = ("arm", "subject", "time")
PHASES = ["anagen", "catagen", "telogen", "kenogen", "lost"]
LONG = "adipose exosomes weekly for twelve weeks with microneedling, then monthly upkeep"

DOSED = """\
schema_version = 1
title = "doses"
[population]
subjects = 5
target_area = "1 cm2"
follicle_density = "200 cm-2"
condition = "healthy"
[[arms]]
label = "arm 0"
role = "treatment"
[[arms.doses]]
treatment = "exosomes_adipose_microneedling"
amount = "1 session"
every = "1 week"
count = 12
[[arms.doses]]
treatment = "finasteride_oral"
amount = "1 mg"
every = "1 day"
until = "24 weeks"
[[arms]]
label = "arm 1"
role = "placebo"
[design]
kind = "counterfactual"
visits = ["0 days", "24 weeks"]
"""


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """No warning, no figure known to pyplot, no setting changed."""
    from matplotlib import pyplot

    before = dict(matplotlib.rcParams)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
    assert pyplot.get_fignums() == []
    assert dict(matplotlib.rcParams) == before


def make(
    arms: int = 2,
    subjects: int = 20,
    weeks: tuple[float, ...] = (0, 12, 24),
    labels: list[str] | None = None,
    missing: float = 0.0,
) -> xr.Dataset:
    rng = np.random.default_rng(3)
    time = np.array(weeks, float)
    hairs = rng.normal(160, 15, (1, subjects, 1)) + rng.normal(0, 4, (arms, subjects, time.size))
    hairs[rng.random(hairs.shape) < missing] = np.nan
    counts = np.ones((*hairs.shape, 5)) * [150, 5, 60, 80, 0]
    roles = ["treatment"] * (arms - 1) + ["placebo"]
    return xr.Dataset(
        {
            "hair_density": (DIMS, hairs, {"units": "cm-2"}),
            "anagen_fraction": (DIMS, hairs / 300, {"units": "1"}),
            "phase_count": ((*DIMS, "phase"), counts),
        },
        coords={
            "arm": labels or [f"arm {i}" for i in range(arms)],
            "role": ("arm", roles),
            "subject": np.arange(subjects),
            "time": 7 * time,
            "phase": PHASES,
        },
        attrs={"title": "A run made by hand, with a title that is too long for one line of it"},
    )


def sides(*arguments: Any, **more: Any) -> xr.Dataset:
    """Return such a run of arms that hold the same people."""
    return make(*arguments, **more).assign_attrs(design_kind="split_scalp")


def row(**changes: object) -> ComparisonRow:
    plain = ComparisonRow(
        study="kaufman_1998",
        observation="kaufman_1998:2",
        arm="arm 0",
        control="",
        study_arm="finasteride",
        study_control="",
        endpoint="hair_density",
        kind="change",
        statistic="mean",
        week=12.0,
        day=84.0,
        unit="cm-2",
        observed=17.0,
        observed_se=2.0,
        imputed_se=None,
        se_source="",
        simulated=15.0,
        simulated_se=1.0,
        people=20,
        z=-0.9,
        z_imputed=None,
        ratio=0.9,
        interpolated=False,
        derived=False,
        use="calibration",
        grade="journal",
        unverified="",
        reason="",
    )
    return dataclasses.replace(plain, **changes)


LOST = Unmatched("observation", "kaufman_1998", "x", "a", "hair_density", 3.0, "out of the run")
MIXED = ComparisonTable(
    (
        row(kind="level", observed=150.0, simulated=160.0, week=0.0, arm="arm 0 + arm 1"),
        row(),
        row(kind="difference", control="arm 1", week=24.0, observed_se=None, imputed_se=3.0),
        row(endpoint="hair_weight", kind="percent_change", unit="1", observed=0.2, simulated=0.3),
        row(endpoint="anagen_fraction", kind="level", unit="1", observed=0.6, simulated=0.62),
        row(kind="level", observed=150.0, simulated=160.0, unverified="x", derived=True),
    ),
    (LOST, dataclasses.replace(LOST, what="arm")),
)


def words(drawn: Axes | Figure) -> list[Text]:
    """Every text of a figure that is drawn."""
    figure = root_figure(drawn)
    figure.draw_without_rendering()
    found = list(figure.texts)
    for legend in [*figure.legends, *filter(None, (ax.get_legend() for ax in axes_of(figure)))]:
        found += legend.get_texts()
    for ax in axes_of(figure):
        found += ax.texts
        if not ax.axison:
            continue
        found += [child for child in ax.get_children() if isinstance(child, Text)]
        for axis in (ax.xaxis, ax.yaxis):
            found.append(axis.label)
            low, high = sorted(axis.get_view_interval())
            ticks = [tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
            found += [tick.label1 for tick in ticks if tick.label1.get_visible()]
    unique = {id(text): text for text in found if text.get_text().strip()}
    return list(unique.values())


def axes_of(figure: Figure) -> list[Axes]:
    return [part for ax in figure.axes for part in (ax, *ax.child_axes)]


def all_inside(drawn: Axes | Figure) -> None:
    figure = root_figure(drawn)
    for text in words(drawn):
        box = text.get_window_extent()
        inside = min(box.x0, box.y0) >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
        assert inside, text.get_text()
    paper = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert min(paper.x0, paper.y0) >= 0
    assert (paper.x1 <= width, paper.y1 <= height) == (True, True)


def apart(texts: list[Text]) -> None:
    boxes = [text.get_window_extent().padded(-1.5) for text in texts]
    for i, box in enumerate(boxes):
        for j in range(i):
            assert not box.overlaps(boxes[j]), (texts[i].get_text(), texts[j].get_text())


def strings(drawn: Axes | Figure) -> str:
    return "\n".join(text.get_text() for text in words(drawn))


CASES: dict[str, Callable[[], Axes]] = {
    "one arm": lambda: plot_density(make(1)),
    "two arms": lambda: plot_density(make(2), comparison=MIXED),
    "two arms, change": lambda: plot_density(make(2), comparison=MIXED, change=True),
    "six arms": lambda: plot_density(make(6, 30, tuple(range(105))), change=True),
    "thirty arms": lambda: plot_density(make(30, 3)),
    "long labels": lambda: plot_density(make(2, labels=[LONG, f"placebo: {LONG} $5 and $6"])),
    "one subject": lambda: plot_density(make(2, 1)),
    "two visits": lambda: plot_density(make(2, 5, (0, 2))),
    "one visit": lambda: plot_density(make(2, 5, (0,)), comparison=MIXED),
    "gaps": lambda: plot_density(make(2, 3, tuple(range(105)), missing=0.5), change=True),
    "no values": lambda: plot_density(make(2, 3, missing=1.0)),
    "paired": lambda: plot_density(sides(2), comparison=MIXED, change=True),
    "paired, long labels": lambda: plot_density(sides(2, labels=[LONG, f"placebo: {LONG}"])),
    "paired, six arms": lambda: plot_density(sides(6, 30, tuple(range(105)))),
    "paired, one visit": lambda: plot_density(sides(2, 5, (0,))),
    "share": lambda: plot_density(make(2), variable="anagen_fraction", change=True),
    "phases, one arm": lambda: plot_phases(make(1)),
    "phases, six arms": lambda: plot_phases(make(6, 3, tuple(range(105)))),
    "phases, long labels": lambda: plot_phases(make(4, 3, labels=[LONG, "b", f"{LONG}.", "d"])),
    "phases, one visit": lambda: plot_phases(make(2, 3, (0,))),
    "comparison, one row": lambda: plot_comparison(ComparisonTable(MIXED.rows[:1], ())),
    "comparison, mixed": lambda: plot_comparison(MIXED),
    "comparison, 40 rows": lambda: plot_comparison(
        ComparisonTable(tuple(row(arm=LONG, control=LONG, z=i / 5) for i in range(40)), ())
    ),
    "comparison, nothing": lambda: plot_comparison(ComparisonTable((), ())),
    "comparison, all lost": lambda: plot_comparison(ComparisonTable((), (LOST,) * 9)),
}


@pytest.mark.parametrize("case", CASES)
def test_every_word_is_on_the_paper_and_nothing_overlaps(case: str) -> None:
    ax = CASES[case]()
    assert isinstance(ax, Axes)
    all_inside(ax)
    apart(words(ax))


@pytest.mark.parametrize("case", ["two arms, change", "phases, six arms", "comparison, mixed"])
def test_same_bytes_every_time_and_nothing_but_the_picture(case: str, tmp_path: Path) -> None:
    drawn = CASES[case]()
    for path, figure in (("a.png", drawn), ("b.png", drawn), ("c.png", CASES[case]().figure)):
        save_figure(figure, tmp_path / path)
    first = (tmp_path / "a.png").read_bytes()
    assert first == (tmp_path / "b.png").read_bytes() == (tmp_path / "c.png").read_bytes()
    assert b"tEXt" not in first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.png", "c.png"]


def test_the_users_settings_do_not_matter(tmp_path: Path) -> None:
    save_figure(plot_density(make()), tmp_path / "a.svg")
    with matplotlib.rc_context({"font.size": 20, "axes.facecolor": "black", "lines.linewidth": 9}):
        save_figure(plot_density(make()), tmp_path / "b.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_given_axes_are_used() -> None:
    figure = Figure(figsize=(15, 5))
    axes = figure.subplots(1, 3)
    assert plot_density(make(), axes[0], comparison=MIXED) is axes[0]
    assert plot_phases(make(), axes[1]) is axes[1]
    assert plot_comparison(MIXED, axes[2]) is axes[2]
    assert [*figure.axes] == [*axes]
    assert axes[1].get_title(loc="left") == "arm 0"
    all_inside(figure)


def test_axes_name_what_they_show_and_its_unit() -> None:
    ax = plot_density(make())
    assert ax.get_xlabel() == "weeks since baseline"
    assert ax.get_ylabel() == "hair density (hairs/cm²)"
    shares = plot_density(make(), variable="anagen_fraction", change=True).get_ylabel()
    assert shares.replace("\n", " ").endswith("(percentage points)")
    assert plot_phases(make()).get_ylabel() == "share of follicles (%)"
    text = strings(plot_comparison(MIXED))
    for title in (
        "Level (hairs/cm²)",
        "Level (%)",
        "Change from baseline (hairs/cm²)",
        "Relative change from baseline (%)",
    ):
        assert title in text


@pytest.mark.parametrize(
    ("weeks", "ticks", "name"),
    [
        (520, ["0", "104", "208", "312", "416", "520"], "weeks since baseline"),
        (521, ["0", "2", "4", "6", "8"], "years since baseline"),
        (3120, ["0", "10", "20", "30", "40", "50"], "years since baseline"),
    ],
)
def test_a_life_is_told_in_years(weeks: int, ticks: list[str], name: str) -> None:
    hairs = np.linspace(200.0, 100.0, 12).reshape(1, 3, 4)
    data = xr.Dataset(
        {"hair_density": (("arm", "subject", "time"), hairs, {"units": "cm-2"})},
        coords={"arm": ["nothing"], "time": 7.0 * np.linspace(0.0, weeks, 4)},
    )
    ax = plot_density(data)
    assert ax.get_xlabel() == name
    ax.figure.canvas.draw()
    assert [label.get_text() for label in ax.get_xticklabels()] == ticks


def test_lines_are_the_means_and_the_band_their_interval() -> None:
    data = make(1, 4)
    ax = plot_density(data)
    hairs = data["hair_density"].values[0]
    lines = [line for line in ax.lines if line.get_linewidth() == 1.8]
    assert np.allclose(lines[0].get_ydata(), hairs.mean(axis=0))
    band = ax.collections[0].get_paths()[0].vertices
    half = 3.182446 * hairs[:, 0].std(ddof=1) / 2
    at_start = band[band[:, 0] == 0.0][:, 1]
    assert at_start.max() == pytest.approx(hairs[:, 0].mean() + half)


def test_spread_of_subjects_as_lines_or_band_or_not_at_all() -> None:
    assert "single subjects" in strings(plot_density(make(2, 5)))
    assert "middle 90 % of subjects" in strings(plot_density(make(2, 40)))
    for data in (make(2, 1), make(5, 40)):
        assert "subjects" not in strings(plot_density(data))
    assert "interval" not in strings(plot_density(make(9, 5)))


def test_published_points_stand_where_they_should() -> None:
    def points(ax: Axes) -> dict[tuple[float, float], object]:
        marked = [
            line for line in ax.lines if line.get_marker() in "osD" and line.get_markersize() == 6.0
        ]
        return {
            (float(line.get_xdata()[0]), round(float(line.get_ydata()[0]), 6)): line
            for line in marked
        }

    data = make()
    change = (data["hair_density"] - data["hair_density"].isel(time=0)).mean("subject").values
    found = points(plot_density(data, comparison=MIXED, change=True))
    # 17 is a published change; the difference stands 2 above the simulated line, as it exceeds
    # its counterpart by 2.
    assert list(found) == [(12.0, 17.0), (24.0, pytest.approx(change[0, 2] + 2))]
    faces = [matplotlib.colors.to_hex(line.get_markerfacecolor()) for line in found.values()]
    assert faces == ["#0072b2", "#ffffff"]
    text = strings(plot_density(data, comparison=MIXED, change=True)).replace("\n", " ")
    assert "Kaufman 1998 (difference)" in text
    assert "Bars: 95 % interval; open markers: no standard error given" in text
    levels = points(plot_density(data, comparison=MIXED))
    # The direct level at week 12 is shown and the change of the same study and week is not.
    assert list(levels)[:2] == [(0.0, 150.0), (12.0, 150.0)]
    assert len(levels) == 3


def test_doses_stand_along_the_axis_in_the_colour_of_their_arm() -> None:
    data = make(2, 5)
    data.attrs["provenance"] = json.dumps({"scenario": to_document(parse_scenario(DOSED))})
    ax = plot_density(data)
    (marks,) = [line for line in ax.lines if line.get_marker() == "^" and len(line.get_xdata())]
    assert list(marks.get_xdata()) == list(range(12))
    assert marks.get_color() == "#0072b2"
    (bar,) = [line for line in ax.lines if line.get_linewidth() == 3]
    assert list(bar.get_xdata()) == pytest.approx([0, 24 - 1 / 7])
    assert {"doses", "repeated doses"} <= set(strings(ax).splitlines())


def test_phases_add_up_and_absent_ones_are_left_out() -> None:
    ax = plot_phases(make(1))
    areas = [area.get_paths()[0].vertices[:, 1] for area in ax.collections]
    assert [round(float(area.max()), 3) for area in areas] == [0.508, 0.525, 0.729, 1.0]
    assert "lost" not in strings(ax)
    assert len(root_figure(plot_phases(make(5))).axes) == 5
    chosen = plot_phases(make(5), arm="arm 3")
    assert len(root_figure(chosen).axes) == 1
    assert chosen.get_title(loc="left") == "arm 3"


def test_comparison_shows_numbers_z_and_what_was_left_over() -> None:
    text = strings(plot_comparison(MIXED))
    for part in (
        "Kaufman 1998",
        "arm 0 − arm 1",
        "+17.0",
        "*† 150.0",
        "−0.9",
        "Without a counterpart: 1 published number and 1 simulated arm.",
        "calibration",
    ):
        assert part in text
    loud = plot_comparison(ComparisonTable((row(z=2.5), row(z=None, z_imputed=1.0)), ()))
    assert [t.get_text() for t in loud.texts if t.get_fontweight() == "bold"][-1] == "+2.5"
    assert "(+1.0)" in strings(loud)
    heights = [
        root_figure(plot_comparison(ComparisonTable((row(),) * n, ()))).get_figheight()
        for n in (1, 2, 3)
    ]
    assert np.allclose(np.diff(heights), heights[1] - heights[0])
    assert heights[1] > heights[0]


def test_numbers_of_ones_own_are_not_called_published() -> None:
    own = row(study="clinic", grade="own", observed_se=None, derived=True)
    told = strings(plot_comparison(ComparisonTable((own,), ())))
    assert "published" not in told
    for text in ("your numbers", "computed from two of your numbers", "(simulated − yours)"):
        assert text in told
    both = strings(plot_comparison(ComparisonTable((own, row()), ())))
    assert "observed, 95 % interval" in both
    assert "published, 95 % interval" in strings(plot_comparison(ComparisonTable((row(),), ())))


def test_nothing_to_compare_says_why() -> None:
    assert "names no published study" in strings(plot_comparison(ComparisonTable((), ())))
    lost = strings(plot_comparison(ComparisonTable((), (LOST, LOST))))
    assert "2 ×  out of the run" in lost


def test_what_cannot_be_drawn_is_refused(tmp_path: Path) -> None:
    data = make()
    with pytest.raises(InputError, match='did you mean "hair_density"'):
        plot_density(data, variable="hair_densty")
    with pytest.raises(InputError, match='no variable "phase_count" to draw'):
        plot_density(data, variable="phase_count")
    with pytest.raises(InputError, match="no visit at baseline"):
        plot_density(data.isel(time=[1, 2]), change=True)
    with pytest.raises(InputError, match=r"phase_count: not recorded"):
        plot_phases(data.drop_vars("phase_count"))
    with pytest.raises(InputError, match='no arm "arm 9"'):
        plot_phases(data, arm="arm 9")
    with pytest.raises(InputError, match=r"\.png, \.svg, \.pdf"):
        save_figure(plot_phases(data), tmp_path / "x.gif")
    with pytest.raises(OutputError):
        save_figure(plot_phases(data), tmp_path / "missing" / "x.png")


def test_replicates_are_more_people() -> None:
    both = xr.concat([make(2, 5), make(2, 5) + 1], dim="replicate")
    both = both.assign_coords(role=("arm", ["treatment", "placebo"]))
    plot_density(both)
    plot_phases(both)


def test_colours() -> None:
    labels = list("abcdefgh")
    roles = ["placebo", "treatment", "untreated", *["treatment"] * 5]
    looks = arm_looks(labels, roles)
    greys = [looks[label].colour for label in "ac"]
    assert all(len({grey[1:3], grey[3:5], grey[5:7]}) == 1 for grey in greys)
    # Adding a control in front moves no treatment's colour.
    assert arm_looks(labels[1:], roles[1:])["b"] == looks["b"]
    assert len({look.colour for look in looks.values()}) == 8
    for look in looks.values():
        assert 1.05 / (luminance(readable(look.colour)) + 0.05) >= 4.5


def test_helpers() -> None:
    assert spread([1.0, 1.0, 9.0], [2.0] * 3, 0.0, 10.0) == [1.0, 3.0, 9.0]
    assert wrap_text("", 10) == " "
    assert wrap_text(LONG, 10, 1).endswith("…")
    assert (study_name("park_2022"), study_name("nobody")) == ("Park 2022", "nobody")
    with style():
        assert matplotlib.rcParams["text.parse_math"] is False


def test_a_dose_at_baseline_stands_beside_the_upright_axis() -> None:
    data = explain(parse_scenario(DOSED))
    panels = root_figure(plot_chain(data)).axes
    assert panels[0].get_title("left").startswith("Dose")
    assert all(panel.get_xlim()[0] < 0.0 for panel in panels)


def test_letters_without_a_glyph_are_boxes_and_no_lines_of_python(tmp_path, recwarn):
    figure = Figure()
    figure.text(0.1, 0.5, "\u6bdb\u9aea")
    save_figure(figure, tmp_path / "x.png")
    assert not [str(warning.message) for warning in recwarn]
    assert (tmp_path / "x.png").stat().st_size > 0
