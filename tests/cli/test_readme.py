"""What README and guides say: scenarios that load, numbers of this code, short sentences."""

import csv
import json
import re
from pathlib import Path

import pytest
from command_line import in_process

from follicle_sim import load_scenario

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
GUIDES = sorted((ROOT / "notebooks").rglob("*.py"))
LISTED = (ROOT / "notebooks" / "README.md").read_text("utf-8")
WORDS = " ".join(README.split())


def scenarios():
    """Return every whole scenario that the README or a guide shows, by where it stands."""
    texts = {"README.md": re.findall(r"```toml\n(.*?)```", README, re.DOTALL)}
    for guide in GUIDES:
        texts[guide.name] = re.findall(r'"""\n(.*?)"""', guide.read_text("utf-8"), re.DOTALL)
    found = {}
    for name, blocks in texts.items():
        for text in blocks:
            if re.match("schema_version|extends", text):
                found[f"{name}-{sum(key.startswith(name) for key in found)}"] = text
    return found


SCENARIOS = scenarios()


def written(name, folder):
    """Write a scenario into a folder, beside the one a guide starts from; return its path."""
    text = SCENARIOS[name].replace("KIND", "parallel").replace("END", "36 weeks")
    # in the README's own folder `extends` is relative to it
    text = text.replace('extends = "scenarios', f'extends = "{ROOT.as_posix()}/scenarios')
    if 'extends = "everybody.toml"' in text:
        (folder / "everybody.toml").write_text(SCENARIOS["who_takes_part.py-0"], encoding="utf-8")
    file = folder / "shown.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_shown_is_fine(name, tmp_path, cli):
    done = cli("check", written(name, tmp_path))
    assert done.code == 0, done.err


def test_the_untidy_trial_replaces_the_table_it_extends(tmp_path):
    (name,) = (key for key, text in SCENARIOS.items() if "stratify" in text)
    scenario = load_scenario(written(name, tmp_path))
    assert scenario.population.spread.typical
    assert scenario.design.ratio("minoxidil 5 %") == 2


@pytest.fixture(scope="module")
def first_command(tmp_path_factory):
    """What the README's first command prints, and the folder it writes."""
    folder = tmp_path_factory.mktemp("readme")
    (command,) = re.findall(r"&& follicle-sim (run \S+)\n", README)
    done = in_process(*command.split(), "--out", folder, columns=100, cwd=ROOT)
    assert done.code == 0, done.err
    return done.out, folder


def test_the_first_command_prints_what_the_readme_shows(first_command):
    (block,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    printed = [line.rstrip() for line in first_command[0].splitlines()]
    for line in block.splitlines():
        assert line.rstrip() in printed


def differences(path):
    """Return mean, low and high of the difference from control, by arm and week."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        keys = ("difference", "difference_low", "difference_high")
        return {
            (row["arm"], float(row["week"])): tuple(float(row[key]) for key in keys)
            for row in rows
            if row["variable"] == "hair_density" and row["difference"]
        }


def test_the_message_of_the_figure_has_the_numbers_of_this_code(first_command):
    found = differences(first_command[1] / "endpoints.csv")
    gains = {week: gain for (_, week), gain in found.items()}
    assert f"{gains[12][0]:.0f} hairs/cm² over untreated at week 12" in WORDS
    assert max(gains, key=lambda week: gains[week][0]) == 16
    peak, low, high = gains[16]
    assert f"peak at {peak:.0f} in week 16 (95 % interval over people {low:.0f} to {high:.0f})" in (
        WORDS
    )
    late, low, high = gains[48]
    assert f"{late:.0f} ({low:.0f} to {high:.0f}) would be left at week 48" in WORDS


def test_the_dip_after_the_course_is_that_of_the_stored_run():
    # a test of its own holds the stored table to this code
    stored = differences(ROOT / "scenarios/figures/exosome_vs_standard_care.csv")
    mean, low, high = stored["exosomes weekly x 12", 68.0]
    interval = f"(90 % credible interval {-high:.1f} to {-low:.1f})"
    assert f"by {-mean:.1f} at week 68 {interval}" in WORDS
    assert high < 0.0


def test_how_right_it_is_is_what_the_scoreboard_says():
    board = json.loads((ROOT / "tests/regression/scoreboard.json").read_text("utf-8"))
    fresh, fitted = (board["summary"]["by_use"][use] for use in ("validation", "calibration"))
    every = board["summary"]["counted"]
    share = f"{100 * fresh['share_within_2_se']:.0f} %"
    told = f"Of {fresh['rows']} published numbers that nothing was fitted to, "
    assert f"{told}{fresh['within_2_se']} ({share}) lie within two standard errors." in WORDS
    assert f"intervals cover {100 * fresh['coverage_90']:.0f} % of those {fresh['rows']}" in WORDS
    told = f"Of the {fitted['rows']} numbers that something was fitted to, "
    assert f"{told}{fitted['within_2_se']} lie within two standard errors." in WORDS
    assert f"half of the {every['rows'] - every['within_2_se']} misses" in WORDS
    assert WORDS.index(share) < WORDS.index("that something was fitted to")


def sentences(text):
    """Return the sentences of a page, without code, tables, pictures and headings."""
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    lines = [line for line in text.splitlines() if not re.match(r"\||!\[|#| {4}", line)]
    paragraphs = re.split(r"\n\s*\n|\n(?=- |\d+\. )", "\n".join(lines))
    parts = (part for text in paragraphs for part in re.split(r"(?<=[.?!])\*?\*?\s+", text))
    return [words for part in parts if len(words := part.split()) > 1]


def test_the_readme_is_short_and_plain():
    assert len(README.splitlines()) <= 120
    lengths = [len(words) for words in sentences(README)]
    assert sum(lengths) / len(lengths) < 18
    assert max(lengths) <= 35


def test_sentences_are_found():
    text = "# Head\n\nOne two. Three four five?\n- six seven\n\n```\ncode code.\n```\n| a | b |\n"
    assert [len(words) for words in sentences(text)] == [2, 3, 3]


def test_what_readme_and_guides_point_to_is_there():
    for page in (ROOT / "README.md", *GUIDES):
        text = page.read_text("utf-8")
        named = re.findall(r"\b((?:scenarios|notebooks|docs|src)/[\w./-]*\w)", text)
        missing = [name for name in named if not (ROOT / name).exists()]
        assert missing == [], page.name
    for name in re.findall(r"`(\w+\.(?:md|cff))`", README):
        assert (ROOT / name).exists(), name


def test_guides_use_public_names_only_and_ask_one_question():
    for guide in GUIDES:
        text = guide.read_text("utf-8")
        used = set(re.findall(r"^(?:from|import) (follicle_sim\S*)", text, re.MULTILINE))
        assert used <= {"follicle_sim", "follicle_sim.figures"}, guide.name
        (title,) = re.findall(r"^# # (.+)$", text, re.MULTILINE)
        if guide.name != "quickstart.py":
            assert title.endswith("?")
            assert f"| {title} | [`guides/{guide.name}`](guides/{guide.name}) |" in LISTED
