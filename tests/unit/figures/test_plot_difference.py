"""Arms of the same people: one band, that of the difference, and none that overlap."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from follicle_sim.base.errors import InputError
from follicle_sim.figures import plot_density, plot_difference

DIMS = ("arm", "subject", "time")


def make(kind: str = "split_scalp", arms: int = 2, subjects: int = 20) -> xr.Dataset:
    rng = np.random.default_rng(5)
    own = rng.normal(150.0, 20.0, (1, subjects, 1))
    gains = np.arange(arms, 0, -1)[:, None, None] * np.array([0.0, 4.0, 8.0])
    hairs = own + gains + rng.normal(0.0, 3.0, (arms, subjects, 3))
    return xr.Dataset(
        {"hair_density": (DIMS, hairs, {"units": "cm-2"})},
        coords={
            "arm": [f"arm {i}" for i in range(arms)],
            "role": ("arm", ["treatment"] * (arms - 1) + ["placebo"]),
            "subject": np.arange(subjects),
            "time": [0.0, 84.0, 168.0],
        },
        attrs={"design_kind": kind, "title": "sides"},
    )


def test_the_band_is_the_paired_interval_of_the_difference_of_changes() -> None:
    data = make()
    ax = plot_difference(data)
    change = data["hair_density"].values - data["hair_density"].values[..., :1]
    person = (change[0] - change[1])[:, -1]
    (line,) = [line for line in ax.lines if line.get_linewidth() == 1.8]
    assert line.get_ydata()[-1] == pytest.approx(person.mean())
    vertices = ax.collections[0].get_paths()[0].vertices
    top = vertices[vertices[:, 0] == 24.0][:, 1].max()
    half = stats.t.ppf(0.975, 19) * person.std(ddof=1) / np.sqrt(20)
    assert top == pytest.approx(person.mean() + half)


@pytest.mark.parametrize("kind", ["split_scalp", "counterfactual", "within_person"])
def test_arms_of_the_same_people_get_a_panel_of_differences(kind: str) -> None:
    upper, lower = plot_density(make(kind)).figure.axes
    filled = [area for area in upper.collections if hasattr(area, "get_paths")]
    assert not [area for area in filled if area.get_alpha()]  # rules only, no bands
    assert lower.get_title("left") == "Hair density: difference from arm 1, person by person"
    assert [area for area in lower.collections if area.get_alpha()]
    assert lower.get_xlim() == upper.get_xlim()


def test_arms_of_other_people_keep_their_bands() -> None:
    ax = plot_density(make("parallel"))
    assert len(ax.figure.axes) == 1
    assert len([area for area in ax.collections if area.get_alpha()]) == 2
    with pytest.raises(InputError, match="do not hold the same people"):
        plot_difference(make("parallel"))


def test_without_a_control_there_is_no_difference_to_draw() -> None:
    data = make().assign_coords(role=("arm", ["treatment", "treatment"]))
    assert len(plot_density(data).figure.axes) == 1
    with pytest.raises(InputError, match="none of them is a control"):
        plot_difference(data)


def test_the_spread_of_people_is_dotted_and_no_second_kind_of_band() -> None:
    ax = plot_density(make("parallel", subjects=40))
    told = [text.get_text() for text in ax.get_legend().get_texts()]
    assert "middle 90 % of subjects" in told
    filled = [area for area in ax.collections if area.get_alpha()]
    assert len({area.get_alpha() for area in filled}) == 1
