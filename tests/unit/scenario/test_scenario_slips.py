"""Scenarios that once were answered wrongly: refused though right, or blamed for too much."""

from pathlib import Path

import pytest

from follicle_sim import InputError, load_scenario

SHIPPED = Path(__file__).parents[3] / "scenarios"


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_scenario_is_read(path):
    assert load_scenario(path).arms


def test_entries_with_mistakes_still_count_as_entries(tmp_path):
    text = (SHIPPED / "exosome_park_2022.toml").read_text(encoding="utf-8")
    assert "\nrole = " in text
    (tmp_path / "x.toml").write_text(text.replace("\nrole = ", "\nrolle = "), encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_scenario(tmp_path / "x.toml")
    message = str(error.value)
    assert "arms[0].rolle: unknown key" in message
    assert "allowed: 1 to 64" not in message
