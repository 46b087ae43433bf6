"""What a repository promises beside its code: how to cite it, hooks, templates, decisions."""

import re
import tomllib
from pathlib import Path

import pytest
from test_architecture import ROOMS

yaml = pytest.importorskip("yaml")  # comes with jupytext, of the test extra

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DECISIONS = sorted((ROOT / "docs/decisions").glob("[!R]*.md"))
HEADINGS = ["## Decided", "## Why", "## Price", "## Held by"]


def read(name):
    return (ROOT / name).read_text("utf-8")


def test_the_citation_has_what_the_format_asks_for_and_is_this_version():
    citation = yaml.safe_load(read("CITATION.cff"))
    assert re.fullmatch(r"1\.\d+\.\d+", citation["cff-version"])
    assert all(citation[key] for key in ("message", "title"))
    for author in citation["authors"]:
        assert author.get("name") or (author.get("family-names") and author.get("given-names"))
    assert citation["version"] == PROJECT["version"]
    assert [author["name"] for author in PROJECT["authors"]] == [
        author["name"] for author in citation["authors"]
    ]
    assert read("LICENSE").startswith("BSD 3-Clause") == (citation["license"] == "BSD-3-Clause")
    assert set(citation) <= {
        *("cff-version", "message", "type", "title", "abstract", "version", "license", "authors"),
        *("keywords", "doi", "date-released", "repository-code", "url"),
    }


def test_hooks_are_local_and_their_tools_are_those_of_the_dev_extra():
    repos = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"]
    assert [repo["repo"] for repo in repos] == ["local"]
    hooks = {hook["id"]: hook for hook in repos[0]["hooks"]}
    assert {"ruff", "ruff-format", "mypy"} <= set(hooks)
    tools = " ".join(PROJECT["optional-dependencies"]["dev"])
    for hook in hooks.values():
        assert hook["language"] == "system"
        tool = hook["entry"].split()[0]
        assert tool == "python" or tool in tools
        for path in re.findall(r"\S+\.py", hook["entry"]):
            assert (ROOT / path).exists()


@pytest.mark.parametrize("path", sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.md")), ids=str)
def test_an_issue_template_has_a_name_and_asks_something(path):
    head, body = re.fullmatch(r"---\n(.*?)---\n(.*)", path.read_text("utf-8"), re.DOTALL).groups()
    assert {"name", "about"} <= set(yaml.safe_load(head))
    assert body.count("**") >= 6


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_is_one_page_and_listed(page):
    lines = page.read_text("utf-8").splitlines()
    assert 15 <= len(lines) <= 30
    assert [line for line in lines if line.startswith("## ")] == HEADINGS
    assert f"({page.name})" in read("docs/decisions/README.md")
    for name in re.findall(r"`((?:tests|benchmarks|scenarios|src)/[\w./-]+\w)", "\n".join(lines)):
        assert (ROOT / name).exists(), name


def test_there_are_decisions():
    assert len(DECISIONS) >= 8
    assert len(read("VISION.md").splitlines()) <= 14


def test_contributing_names_the_rooms_in_their_order_and_files_that_are_there():
    text = read("CONTRIBUTING.md")
    assert re.findall(r"^\| `(\w+)/` \|", text, re.MULTILINE) == list(ROOMS)
    walks = re.findall(r"^- \*(.+?)\*: (.+?)(?=^- |^$)", text, re.MULTILINE | re.DOTALL)
    assert len(walks) == 5
    for name, walk in walks:
        files = re.findall(r"`([\w/]+\.py)`", walk)
        assert len(files) >= 4, name
        missing = [file for file in files if not (ROOT / "src/follicle_sim" / file).exists()]
        assert missing == [], name
