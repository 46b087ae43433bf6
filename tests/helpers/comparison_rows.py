"""A row of a comparison to vary."""

from follicle_sim.results.compare import ComparisonRow

ROW = ComparisonRow(
    study="own", observation="", arm="", control="", study_arm="", study_control="",
    endpoint="hair_density", kind="change", statistic="mean", week=0.0, day=0.0, unit="cm-2",
    observed=0.0, observed_se=1.0, imputed_se=None, se_source="", simulated=0.0, simulated_se=1.0,
    people=0, z=None, z_imputed=None, ratio=None, interpolated=False, derived=False,
    use="validation", grade="journal", unverified="", reason="",
)  # fmt: skip
