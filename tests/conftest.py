"""Says what a run stands on, and draws the same cases at every run of a gate."""

import os

from hypothesis import settings

from follicle_sim.reporting.doctor import in_one_line

# A gate asks the same questions at every run, so that it tells of the change and not of the day; on
# a developer's machine cases are drawn anew each time.
settings.register_profile("gate", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("gate")

SHOWN = ("numpy", "scipy", "numba", "xarray", "pandas", "statsmodels", "h5py")


def pytest_sessionstart(session):
    """Print versions and the kernel of linear algebra: last bits depend on them.

    As a report header it would be left out under -q, which is how the tests run here.
    """
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and not hasattr(session.config, "workerinput"):
        reporter.write_line(in_one_line(SHOWN))
