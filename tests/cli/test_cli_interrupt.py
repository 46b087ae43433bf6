"""Exit code 130: Ctrl-C, or a batch system's polite stop, in the midst of a long simulation."""

import os
import re
import signal
import subprocess
import sys
import threading
import time

import pytest
from command_line import COMMAND, contents

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals of Unix")

COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
BAR = re.compile(r"(\d+)/(\d+) *subjects")


def heed_signals():
    # A shell's background job, as a test run may be, hands down an ignored Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def moved(shown):
    return any(int(done) > 0 for done, _ in BAR.findall(COLOURS.sub("", shown)))


def used(process):
    """Return the processor seconds of a running process so far; 0 where nobody tells."""
    try:
        with open(f"/proc/{process.pid}/stat", encoding="ascii", errors="replace") as stream:
            fields = stream.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stopped(arguments, number):
    """Send a signal when the bar has moved; return the code, seconds since then (of the clock, and
    of processors), and what was shown."""
    import pty

    terminal, side = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=side,
        stdin=subprocess.DEVNULL,
        preexec_fn=heed_signals,
        env={**os.environ, "COLUMNS": "80", "TERM": "xterm"},
    ) as process:
        os.close(side)
        shown, sent = "", None
        late = threading.Timer(120, process.kill)
        late.start()
        while True:
            try:
                piece = os.read(terminal, 4096)
            except OSError:  # how Linux says that nobody writes any more
                piece = b""
            if not piece:
                break
            shown += piece.decode("utf-8", "replace")
            if sent is None and moved(shown):
                before = used(process)
                process.send_signal(number)
                sent = time.monotonic()
        late.cancel()
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        code = process.returncode = os.waitstatus_to_exitcode(status)
        assert sent, shown
        clock = time.monotonic() - sent
        work = usage.ru_utime + usage.ru_stime - before
    os.close(terminal)
    return code, clock, work, out.decode(), COLOURS.sub("", shown)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stops_within_a_second_and_says_how_far_it_got(finished, tmp_path, number):
    out = tmp_path / "out"
    out.mkdir()
    (out / "result.nc").write_bytes(b"earlier")
    long = ["run", finished.scenario, "--out", out]
    for setting in ("population.subjects=50000", "population.follicles=2000"):
        long += ["--set", setting]
    code, clock, work, printed, shown = stopped(long, number)
    assert code == 130, shown
    assert printed == ""
    assert "Traceback" not in shown
    told = re.search(r"stopped\D*after (\d+) of (\d+) subjects; nothing was written", shown)
    assert told, shown
    assert 0 < int(told[1]) < int(told[2]) == 50_000
    assert contents(out) == {"result.nc": b"earlier"}
    # On a machine with other work the clock goes on while the process waits for its turn: then what
    # it did in the meantime counts, which is less than a second of one processor.
    assert min(clock, work) < 1.0, (clock, work)


def test_stopped_while_writing(cli, tiny, tmp_path, monkeypatch):
    def stop(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("follicle_sim.figures.plot_density", stop)
    outcome = cli("run", tiny, "--quiet", "--out", tmp_path / "out")
    assert outcome.code == 130
    assert "stopped while writing; written to" in outcome.err
    assert "comparison.csv" in outcome.err
    names = {"result.nc", "scenario.resolved.toml", "endpoints.csv", "comparison.csv", "INCOMPLETE"}
    assert set(contents(tmp_path / "out")) == names
