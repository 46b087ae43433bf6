"""What is printed: quick answers, a scenario read back, trials, and tables that fit a terminal."""

import io
import os
import re
import subprocess
import sys

import pytest
from command_line import COMMAND, TINY
from rich.console import Console

from follicle_sim.biology.parameters import parameter_table
from follicle_sim.cli.progress import make_bars
from follicle_sim.evidence.studies import load_studies

HEAVY = ("numba", "numpy", "scipy", "xarray", "matplotlib", "pydantic", "h5py", "pandas")


@pytest.mark.parametrize("option", ["--version", "--help", "-h"])
def test_quick_answers_import_nothing_heavy(option):
    code = (
        "import sys\n"
        "from follicle_sim.cli.app import main\n"
        "try:\n"
        f"    main([{option!r}])\n"
        "except SystemExit as stop:\n"
        "    assert not stop.code, stop.code\n"
        f"print('heavy:', [name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "heavy: []" in done.stdout
    assert "follicle-sim" in done.stdout


def test_version_is_the_package_version(cli):
    from importlib.metadata import version

    assert cli("--version").out == f"follicle-sim {version('follicle-sim')}\n"


def test_help_cuts_no_sentence(cli):
    commands = cli("--help", columns=80).out.partition("Commands:")[2]
    for command in ("run", "check", "show", "rerun", "trials"):
        assert re.search(rf"\n  {command} +[A-Z][^\n]+\.\n", commands)
    assert "..." not in commands


def test_no_command_shows_the_help(cli):
    outcome = cli()
    assert "Usage:" in outcome.out + outcome.err


def test_check_says_it_is_fine(cli, tiny):
    outcome = cli("check", tiny)
    assert outcome.code == 0
    assert outcome.out == f"{tiny}: fine: 2 arms, 4 subjects, 3 visits\n"


def test_show_reads_the_scenario_back(cli, tiny):
    outcome = cli("show", tiny, "--set", "biology.anagen_mean=900 days")
    assert outcome.code == 0
    out = outcome.out
    assert "A few men on finasteride" in out
    assert "finasteride_oral 1 mg every 1 day until 52 weeks" in out
    assert re.search(r"doses +D+", out)
    assert re.search(r"visits +V\.+V\.+V", out)
    assert "anagen_mean = 900 days" in out
    assert "set in this scenario" in out
    for name, row in parameter_table().items():
        assert f"  {name} = " in out
        assert row.meaning.split()[0] in out  # "[tau_R]" is not markup
    joined = re.sub(r"\s+", " ", out)
    assert (
        "growth_rate = 0.37 mm/day shaft growth per day at full calibre. journal: Louss" in joined
    )
    assert "assumption: model section 7" in joined
    assert "disposition.volume = " in out
    assert "potency_finasteride_oral" not in out  # its size is fixed by definition
    assert re.search(r"Predicted: about \d+\.\d s on \d+ threads? .* \d+ MB of memory", joined)


def test_trials_list_names_every_study(cli):
    out = cli("trials", "list", columns=80).out
    for study in load_studies():
        assert re.search(rf"^{study}\b", out, re.MULTILINE)


def test_trials_show_has_numbers_conversion_and_page(cli):
    out = cli("trials", "show", "kaufman_1998").out
    assert "hair density, difference" in out
    assert "21.12 hairs/cm2" in out
    assert "printed: 107 hairs per 1-inch circle" in out
    assert "conversion: / 5.067 cm2" in out
    assert "read at: https://" in out


def whole_words(text):
    return set(re.findall(r"[A-Za-z]{4,}", text))


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize(
    "arguments",
    [("show", "FILE"), ("trials", "list"), ("trials", "show", "kaufman_1998")],
)
def test_fits_the_terminal_without_cutting_a_word(cli, tiny, columns, arguments):
    arguments = [tiny if each == "FILE" else each for each in arguments]
    out = cli(*arguments, columns=columns).out
    assert "…" not in out
    for line in out.splitlines():
        assert len(line) <= columns or "http" in line or line == TINY.splitlines()[1]
    # What is cut in two at 80 columns is not a word of the same text at 400.
    assert whole_words(out) == whole_words(cli(*arguments, columns=400).out)


@pytest.mark.parametrize("columns", [80, 120])
def test_run_fits_the_terminal(cli, tiny, tmp_path, columns):
    out = cli("run", tiny, "--out", tmp_path / "out", columns=columns).out
    lines = [line for line in out.splitlines() if str(tmp_path) not in line]
    assert max(map(len, lines)) <= columns
    assert "…" not in out
    start = out.index("drug (treatment)")
    table = out[start : out.index("Against published trials")]
    visit = r"^ +52 +\d+\.\d +[-+]\d+\.\d \[-?\d+\.\d, -?\d+\.\d\]"
    assert len(re.findall(visit, table, re.MULTILINE)) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of Unix")
def test_progress_bar_on_a_terminal(finished, tmp_path):
    import pty

    terminal, side = pty.openpty()
    arguments = ["run", str(finished.scenario), "--out", str(tmp_path / "out")]
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=side,
        env={**os.environ, "COLUMNS": "80", "TERM": "xterm"},
    ) as process:
        os.close(side)
        shown = b""
        try:
            while piece := os.read(terminal, 4096):
                shown += piece
        except OSError:  # how Linux says that nobody writes any more
            pass
        assert process.wait(60) == 0
    os.close(terminal)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert "getting the engine ready" in text
    assert "━" in text
    last = [line for line in re.split(r"[\r\n]+", text) if "4/4 subjects" in line][-1]
    assert last.rstrip().endswith("left")
    assert len(last.rstrip()) <= 80


def test_bars_of_the_longest_stage_are_whole_at_80_columns():
    console = Console(force_terminal=True, width=80, file=io.StringIO())
    with make_bars("subjects", console) as bar:
        for stage in ("trials", "drug off", "repeats", "studies"):
            for name in (stage, f"{stage}: screening"):
                bar.add_task(name, total=120_000, completed=120_000)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", console.file.getvalue())
    assert "…" not in shown
    assert "drug off: screening" in shown
    assert "120000/120000 subjects" in shown
