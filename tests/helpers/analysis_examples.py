"""Data and results that others printed, for the statistics to be held against."""

import numpy as np

# Potthoff and Roy 1964, Biometrika 51:313: distance (mm) from pituitary to pterygomaxillary fissure
# at ages 8, 10, 12 and 14; 11 girls, then 16 boys. As in SAS/STAT User's Guide, PROC MIXED, example
# "Repeated Measures".
GIRLS = """21.0 20.0 21.5 23.0  21.0 21.5 24.0 25.5  20.5 24.0 24.5 26.0  23.5 24.5 25.0 26.5
21.5 23.0 22.5 23.5  20.0 21.0 21.0 22.5  21.5 22.5 23.0 25.0  23.0 23.0 23.5 24.0
20.0 21.0 22.0 21.5  16.5 19.0 19.0 19.5  24.5 25.0 28.0 28.0"""
BOYS = """26.0 25.0 29.0 31.0  21.5 22.5 23.0 26.5  23.0 22.5 24.0 27.5  25.5 27.5 26.5 27.0
20.0 23.5 22.5 26.0  24.5 25.5 27.0 28.5  22.0 22.0 24.5 26.5  24.0 21.5 24.5 25.5
23.0 20.5 31.0 26.0  27.5 28.0 31.0 31.5  23.0 23.0 23.5 25.0  21.5 23.5 24.0 28.0
17.0 24.5 26.0 29.5  22.5 25.5 25.5 26.0  23.0 24.5 26.0 30.0  22.0 21.5 23.5 25.0"""
# Little and Rubin 1987 (Statistical Analysis with Missing Data) deleted nine values at age 10, of
# those who were small at age 8: persons counted from 1 as in the SAS example.
DELETED = (3, 6, 9, 10, 13, 16, 23, 24, 27)
# -2 log-likelihood of 8 free means and a free covariance: Verbeke and Molenberghs 2000 (Linear
# Mixed Models for Longitudinal Data), chapter 17, model 1, complete and after the deletion.
COMPLETE_DEVIANCE = 416.509
DELETED_DEVIANCE = 386.957


def potthoff_roy(*, deleted=False):
    """Return who is a girl (27,) and the distances (27, 4)."""
    values = np.array(f"{GIRLS} {BOYS}".split(), dtype=float).reshape(27, 4)
    if deleted:
        values[np.array(DELETED) - 1, 1] = np.nan
    return np.arange(27) < 11, values


# Snedecor and Cochran 1967, p. 422: leprosy bacilli before and after drugs A, D and a control F,
# ten patients each; SAS/STAT User's Guide, PROC GLM, example "Analysis of Covariance", which prints
# A - F: -3.446138280 (1.88678065), t -1.83, p 0.0793; D - F: -3.337166948 (1.85386642), p 0.0835.
LEPROSY = {
    "A": ((11, 8, 5, 14, 19, 6, 10, 6, 11, 3), (6, 0, 2, 8, 11, 4, 13, 1, 8, 0)),
    "D": ((6, 6, 7, 8, 18, 8, 19, 8, 5, 15), (0, 2, 3, 1, 18, 4, 14, 9, 1, 9)),
    "F": ((16, 13, 11, 9, 21, 16, 12, 12, 7, 12), (13, 10, 18, 5, 23, 12, 5, 16, 1, 20)),
}
LEPROSY_A = (-3.446138280, 1.88678065, 0.0793)
LEPROSY_D = (-3.337166948, 1.85386642, 0.0835)

# Blood pressure and age, 4 on placebo and 6 treated: printed by PROC REG in J. Naranjo, STAT 6620
# (Western Michigan University), "Analysis of Covariance": treated - placebo at equal age
# -10.38095 (1.64051), t -6.33, p 0.0004.
PRESSURE = ((110, 118, 132, 140), (120, 128, 132, 138, 142, 150))
AGES = ((20, 25, 30, 35), (30, 35, 35, 40, 40, 45))
PRESSURE_EFFECT = (-10.38095, 1.64051, 0.0004)

# Student 1908, Biometrika 6:20: extra hours of sleep on two drugs, the same ten people. R's
# documentation of t.test: paired t -4.0621, p 0.002833, interval -2.4598858 to -0.7001142; as
# separate groups (Welch) p 0.07939, df 17.776, interval -3.3654832 to 0.2054832.
SLEEP = (
    (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0),
    (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4),
)

# Hollander and Wolfe 1973, as in R's documentation of wilcox.test: p. 29, depression before and
# after (one-sided p 0.01953); p. 69, permeability of the human chorioamnion (one-sided p 0.1272).
DEPRESSION = (
    (1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30),
    (0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29),
)
PERMEABILITY = (
    (0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46),
    (1.15, 0.88, 0.90, 0.74, 1.21),
)
