"""The scenarios in the README are scenarios."""

import re
from pathlib import Path

import pytest
from command_line import in_process

from follicle_sim import load_scenario

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
WHOLE = {text.split()[0]: text for text in BLOCKS if re.match("schema_version|extends", text)}


@pytest.fixture(params=["schema_version", "extends"])
def path(request, tmp_path):
    # in the README's own folder `extends` is relative to it
    text = WHOLE[request.param].replace('extends = "', f'extends = "{ROOT.as_posix()}/')
    file = tmp_path / "readme.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_whole_scenario_of_the_readme_is_fine(path):
    done = in_process("check", path)
    assert done.code == 0, done.err
    scenario = load_scenario(path)
    if scenario.design.run_in is None:
        return
    assert scenario.population.spread.typical  # in place of the table it extends
    assert scenario.design.ratio("minoxidil 5 %") == 2
