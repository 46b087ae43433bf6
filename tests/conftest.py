"""Makes modules beside this file importable from every test folder; says what a run stands on."""

from follicle_sim.doctor import in_one_line

SHOWN = ("numpy", "scipy", "numba", "xarray", "pandas", "statsmodels", "h5py")


def pytest_sessionstart(session):
    """Print versions and the kernel of linear algebra: last bits depend on them.

    As a report header it would be left out under -q, which is how the tests run here.
    """
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and not hasattr(session.config, "workerinput"):
        reporter.write_line(in_one_line(SHOWN))
