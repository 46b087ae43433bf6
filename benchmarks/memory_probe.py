"""Simulate 1,000 subjects x 1,000 follicles x 105 weekly visits; print the peak memory in MB."""

import resource
import sys
from pathlib import Path

from workload import weekly

from follicle_sim.simulation.simulate import simulate


def peak() -> float:
    """Return the most memory this process has held, MB.

    Linux counts what the parent process held when it started us as ours in `getrusage`; its own
    status file does not.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(row for row in status.read_text().splitlines() if row.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / 1e6 if sys.platform == "darwin" else used * 1024 / 1e6


if __name__ == "__main__":
    subjects, follicles = (int(word) for word in sys.argv[1:])
    result = simulate(weekly(subjects, follicles))
    assert result.sizes["time"] == 105
    print(f"{peak():.1f}")
