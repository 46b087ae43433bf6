# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How do I hold the model against a trial of my own?
#
# A clinic treated one half of the scalp of 24 men with exosomes after needling, six sessions three
# weeks apart, and left the other half alone. Hairs were counted at weeks 0, 12 and 24. The clinic
# and its numbers are invented. Research use. Not medical advice.

# %%
# %matplotlib inline
import tempfile
from pathlib import Path

from follicle_sim import (
    InputError,
    compare,
    describe,
    fit_scenario,
    load_scenario,
    power,
    simulate,
    to_dataframe,
    with_overrides,
)
from follicle_sim.figures import plot_comparison, plot_difference, plot_fit, save_figure

folder = Path(tempfile.mkdtemp())

# %% [markdown]
# ## The table
#
# One row for each arm, week and endpoint. `follicle-sim trials template --from my_clinic.toml`
# writes the empty table with your arms and visits. Any spreadsheet can fill it in.
#
# | column | what stands in it |
# |---|---|
# | `arm`, `week` | the arm, and weeks since the baseline visit |
# | `endpoint`, `unit` | such as `hair density` in `hairs/cm2`, `hair diameter` in `um` |
# | `mean` | the mean, or a mean with its spread as `140 ± 18` under the title `mean ± SD` |
# | `sd`, or `se`, or `ci_low` and `ci_high` | the spread between people, or the error of the mean |
# | `n` | people behind the number |
# | `is_change_from_baseline` | 1 where the mean is a change, else empty |
# | `control` | the other arm, where the mean is a difference of two changes, else empty |
#
# `arm`, `week`, `endpoint`, `unit` and `mean` are needed, the others are not. Cells may be parted
# by commas, semicolons or tabs, and decimals may follow a point or a comma. This one is as a German
# spreadsheet saves it.

# %%
TABLE = """\
arm;week;endpoint;unit;mean ± SD;n;is_change_from_baseline;control
exosomes;0;hair density;hairs/cm²;140,4 ± 24,1;24;;
control;0;hair density;hairs/cm²;139,6 ± 23,8;24;;
exosomes;12;hair density;hairs/cm²;11,3 ± 10,9;24;1;
control;12;hair density;hairs/cm²;0,4 ± 9,7;24;1;
exosomes;24;hair density;hairs/cm²;14,8 ± 12,6;22;1;
control;24;hair density;hairs/cm²;-0,9 ± 10,2;22;1;
exosomes;12;hair density;hairs/cm²;10,9 ± 11,4;24;1;control
exosomes;24;hair density;hairs/cm²;15,7 ± 12,9;22;1;control
"""
(folder / "my_trial.csv").write_text(TABLE, encoding="utf-8")

# %% [markdown]
# ## The scenario
#
# It says what was done, and names the table. Arms of the same name belong together; for other names
# say which is which: `arms = { exosomes = "EXO side", control = "left alone" }`.
#
# `hair_density` is the baseline as it was counted. Nobody counts follicles: the program finds how
# many there must be, so that this instrument reads 140 hairs per cm² in men of this grade.

# %%
SCENARIO = """
schema_version = 1
title = "Our clinic: exosomes after needling, split scalp, 24 men"
[population]
subjects = 24
target_area = "1 cm2"
hair_density = "140 cm-2"
condition = "aga_male"
severity = "Norwood 3"
spread = "typical"
[[arms]]
label = "exosomes"
role = "treatment"
[[arms.doses]]
treatment = "exosomes_adipose_microneedling"
amount = "1 session"
every = "3 weeks"
count = 6
[[arms]]
label = "control"
role = "untreated"
[design]
kind = "split_scalp"
visits = ["0 weeks", "12 weeks", "24 weeks"]
[instrument]
method = "trichoscopy"
[[compare]]
data = "my_trial.csv"
"""
(folder / "my_clinic.toml").write_text(SCENARIO, encoding="utf-8")
scenario = load_scenario(folder / "my_clinic.toml")

# %% [markdown]
# `follicle-sim check my_clinic.toml` says what was set for that:

# %%
notes = [line for line in describe(scenario).splitlines() if line.startswith("note:")]
print(notes[0])

# %% [markdown]
# ## The comparison
#
# Your numbers are compared like published ones. z is the gap between simulated and observed in
# joint standard errors: between -2 and 2 the two agree as well as luck allows.

# %%
result = simulate(scenario)
table = compare(result)

print(f"{'':32}{'week':>5}{'observed':>10}{'simulated':>11}{'z':>6}")
for row in table.rows:
    if not row.derived:
        what = f"{row.arm}{' minus ' + row.control if row.control else ''}, {row.kind}"
        z = "" if row.z is None else f"{row.z:+.1f}"
        print(f"{what:32}{row.week:5g}{row.observed:10.1f}{row.simulated:11.1f}{z:>6}")

# %%
plot_comparison(table).figure

# %% [markdown]
# For a slide: how far the treated half is from the other, man by man, with your numbers as points.

# %%
ax = plot_difference(result, comparison=table)
save_figure(ax, folder / "slide.png")
ax.figure

# %% [markdown]
# ## Which potency explains the numbers?
#
# `follicle-sim calibrate my_clinic.toml` asks it on the command line. The answer is a profile
# likelihood: the best value, the values that fit nearly as well, and what else would explain the
# numbers without any effect of the drug. The trial is left a drift of its own, as published arms
# show it; visits and halves of a scalp go together as they do among simulated people.

# %%
fit = fit_scenario(scenario)
low, high = (f"{end:.2g}" if end is not None else "none" for end in (fit.low, fit.high))
print(f"potency {fit.best[0]:.2g}, {100 * fit.level:.0f} % interval {low} to {high}: {fit.verdict}")
print("what else was tried in its place, and how much worse it fits (above 4: told apart)")
for name, rise in fit.explanations.items():
    print(f"  {name}: {rise:+.1f}")

# %%
plot_fit(fit)

# %% [markdown]
# Without the drug the simulated half would have done this, with the drift that arms of published
# trials show by themselves. It is what a study without the control
# half would have taken for granted.

# %%
for row in fit.rows:
    if row.kind == "change" and row.arm == "exosomes":
        print(f"week {row.week:g}: {row.untreated:+.1f} without, {row.fitted:+.1f} with the drug")

# %% [markdown]
# ## People for a repeat
#
# If that potency is right, how many men does a repeat need? Power is the share of simulated repeats
# in which the difference between the halves is told from nothing at week 24 (p < 0.05).
# `follicle-sim power` draws the whole curve.

# %%
explained = with_overrides(scenario, [f"potency={fit.best[0]:.3g}"])
repeats = power(explained, [6, 12, 24], replicates=100, type_one=False)
for row in repeats.rows:
    print(f"{row.people} men: {100 * row.power:.0f} % of the repeats")

# %% [markdown]
# ## For R or a spreadsheet
#
# One row for each man, half and visit. `follicle-sim run my_clinic.toml --subjects` writes them as
# `subjects.csv`.

# %%
to_dataframe(result)[["arm", "subject", "week", "hair_density"]].head()

# %% [markdown]
# ## The same way on the command line
#
#     follicle-sim trials template --from my_clinic.toml --out my_trial.csv
#     follicle-sim check my_clinic.toml
#     follicle-sim run my_clinic.toml
#     follicle-sim calibrate my_clinic.toml
#     follicle-sim power my_clinic.toml --set potency=1.1 --replicates 200
#     follicle-sim plausible my_clinic.toml
#     follicle-sim show results/my_clinic/result.nc
#
# All but `plausible` take half a minute together. It simulates some ten thousand trials in five
# minutes, or fewer with `--replicates`: how often would chance, halves that drift apart, drop-out
# or a reader who knows the halves give such a difference without any effect? `show` says what a
# stored result is.
#
# The rows stay with the result. A stored `result.nc` holds them and their SHA-256, so that it can
# be repeated and compared where there is no `my_trial.csv`.
#
# ## What is refused
#
# A cell that could be two numbers is never guessed at:

# %%
for old, new in (("14,8", "1.234"), ("hair density;", "hair densty;"), (";24;;", ";24 men;;")):
    (folder / "my_trial.csv").write_text(TABLE.replace(old, new, 1), encoding="utf-8")
    try:
        load_scenario(folder / "my_clinic.toml")
    except InputError as error:
        print(str(error).replace(str(folder), ""))

# %% [markdown]
# ## Single people
#
# Better than means: one row for every person, side and week. That table is written by
# `follicle-sim trials template --people`. From it come means, SD, numbers of people, and the paired
# difference with its error. A person counts in a change if counted at both visits; who is missing
# is told by `follicle-sim check`. Use codes and no names: results carry the table.

# %%
BEFORE = [118, 153, 126, 172, 110, 144, 139, 161]
GAIN = {"exosomes": [9, 14, 3, 21, None, 12, 17, 8], "control": [1, -4, -2, 6, 0, -3, 2, 1]}
SIDE = {"exosomes": "left", "control": "right"}
lines = ["subject,arm,side,week,endpoint,unit,value"]
for arm, gains in GAIN.items():
    for number, (before, gain) in enumerate(zip(BEFORE, gains, strict=True), start=1):
        after = "" if gain is None else before + gain
        lines.append(f"P{number},{arm},{SIDE[arm]},0,hair density,hairs/cm2,{before}")
        lines.append(f"P{number},{arm},{SIDE[arm]},24,hair density,hairs/cm2,{after}")
(folder / "my_trial.csv").write_text("\n".join(lines), encoding="utf-8")

people = compare(simulate(load_scenario(folder / "my_clinic.toml")))
for row in people.rows:
    if row.control:
        told = f"week {row.week:g}: {row.arm} minus {row.control} {row.observed:+.1f}"
        print(f"{told} (SE {row.observed_se:.1f}), simulated {row.simulated:+.1f}, z {row.z:+.1f}")
