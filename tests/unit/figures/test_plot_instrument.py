"""One trial through several instruments: errors, panels, and letters that stay apart."""

import numpy as np
import pytest
import xarray as xr

from follicle_sim.base.errors import InputError
from follicle_sim.experiments.instruments import Seen
from follicle_sim.figures.instrument import plot_instruments
from follicle_sim.figures.parts.style import root_figure

LONG = "finasteride 1 mg a day with minoxidil 5 % twice a day and microneedling every week"


def dataset(hairs: np.ndarray, days: tuple[float, ...], labels: list[str]) -> xr.Dataset:
    return xr.Dataset(
        {"hair_density": (("arm", "subject", "time"), hairs, {"units": "cm-2"})},
        coords={
            "arm": labels,
            "role": ("arm", ["treatment", "placebo"][: len(labels)]),
            "time": list(days),
        },
        attrs={"title": "A trial"},
    )


def seen(method: str, error: float, labels=("drug", "dummy"), days=(0.0, 84.0, 168.0)) -> Seen:
    truth = 150.0 + 10.0 * np.sin(np.arange(len(labels) * 20 * len(days)))
    truth = truth.reshape(len(labels), 20, len(days))
    off = error * np.cos(7.0 * np.arange(truth.size)).reshape(truth.shape)
    parts = [dataset(each, days, list(labels)) for each in (truth + off, truth)]
    return Seen(method, method, *parts)


def test_errors_are_those_of_the_instrument() -> None:
    assert seen("exact", 0.0).errors("hair_density")[1] == 0.0
    spread, error = seen("rough", 20.0).errors("hair_density")
    assert error == pytest.approx(20.0, rel=0.25)  # a difference of two cosines of size 20
    assert spread > error


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("labels", [("drug", "dummy"), (LONG, "dummy")])
def test_every_panel_has_one_scale_and_stays_on_the_paper(count: int, labels) -> None:
    every = [seen(f"method_{k}", 4.0 * k, labels) for k in range(count)]
    ax = plot_instruments(every)
    assert len(ax.child_axes) == count
    assert len({panel.get_ylim() for panel in ax.child_axes}) == 1
    figure = root_figure(ax)
    figure.draw_without_rendering()
    paper = figure.bbox
    texts = list(figure.findobj(lambda each: hasattr(each, "get_text")))
    boxes = [t.get_window_extent() for t in texts if t.get_text() and t.get_visible()]
    for box in boxes:
        assert box.x0 >= paper.x0 - 1
        assert box.x1 <= paper.x1 + 1
        assert box.y0 >= paper.y0 - 1
        assert box.y1 <= paper.y1 + 1


def test_without_a_baseline_there_is_nothing_to_draw() -> None:
    with pytest.raises(InputError, match="no visit at baseline"):
        plot_instruments([seen("late", 1.0, days=(7.0, 14.0))])
    with pytest.raises(InputError, match="no instrument"):
        plot_instruments([])
