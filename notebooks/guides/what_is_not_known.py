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
# # What is not known, and how much does it matter?
#
# Most magnitudes in the model are assumptions or fits, and each says so: `follicle-sim show FILE`
# prints value, grade and source of every one. This guide asks which of the unknowns matter, how far
# the data pin them down, and how wide a result is when they are drawn and not fixed.
#
# Research use. Not medical advice.

# %%
# %matplotlib inline
import csv
from pathlib import Path

from IPython.display import Image, display

from follicle_sim import load_scenario, simulate, summarise
from follicle_sim.figures import plot_density

here = Path.cwd()  # the notebook's folder, or the repository's
root = next(folder for folder in (here, *here.parents) if (folder / "scenarios").is_dir())
figures = root / "scenarios" / "figures"


def read(name):
    """Return the rows of a table in scenarios/figures."""
    with (figures / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


# %% [markdown]
# ## Where the defaults come from
#
# One set of biology parameters was found from trials of finasteride by
# `python -m follicle_sim.experiments.calibration.fit_biology`. It meets all eleven facts it was
# fitted to within two standard errors; `src/follicle_sim/biology/fitted.toml` lists them. The
# potency of a treatment is one number, found by
# `python -m follicle_sim.experiments.calibration.fit_potency` from one study each.
#
# ## How far do the data pin the biology down?
#
# `follicle-sim calibrate --method profile --every-parameter --within 2` frees all ten fitted
# parameters. For each it asks how much worse the best fit gets as that one moves away.

# %%
verdicts = {row["parameter"]: row["verdict"] for row in read("profile_ten_parameters.csv")}
for parameter, verdict in verdicts.items():
    print(f"{parameter:20}{verdict}")

# %% [markdown]
# Eleven numbers pin none of the ten on both sides within a factor of two of the default. They hold
# combinations of them, and the prior holds the rest. `profile_ten_parameters.png` shows the curves.
#
# ## Which unknowns matter?
#
# `follicle-sim sensitivity scenarios/exosome_park_2022.toml` varies every unknown by a factor of
# two and shares out the variance of the rise (total Sobol indices).

# %%
rows = [row for row in read("sensitivity_exosome_park_2022.csv") if row["control"]]
for week in ("12", "48"):
    at = [row for row in rows if float(row["week"]) == float(week)]
    at.sort(key=lambda row: -float(row["total"]))
    print(f"week {week}")
    for row in at[:4]:
        interval = float(row["total_interval"])
        print(f"  {row['parameter']:38}{100 * float(row['total']):4.0f} % (+-{100 * interval:.0f})")
display(Image(figures / "sensitivity_exosome_park_2022.png", width=900))

# %% [markdown]
# Early on potency decides. A year after the start the length of kenogen does: it says how soon an
# empty follicle grows again.
#
# ## A result that carries what is not known
#
# `[run] uncertainty = "posterior"` lets every replicate take a draw of the fitted biology and of
# each potency, the latter with the error of the study it came from. Tables and figures then give
# credible intervals and say so.

# %%
fixed = load_scenario(root / "scenarios" / "exosome_park_2022.toml")
draws = ["run.uncertainty=posterior", "run.replicates=40", "population.follicles=400"]
drawn = load_scenario(root / "scenarios" / "exosome_park_2022.toml", draws)
results = {"parameters fixed": simulate(fixed), "parameters drawn": simulate(drawn)}

print(f"{'gain over untreated, hairs/cm²':34}{'week 12':>22}{'week 48':>22}")
for name, data in results.items():
    table = summarise(data, ["hair_density"], level=0.9)
    at = {row.week: row for row in table.rows if row.difference is not None}
    words = [
        f"{at[w].difference:+.1f} ({at[w].difference_low:+.1f} to {at[w].difference_high:+.1f})"
        for w in (12, 48)
    ]
    print(f"{name:34}" + "".join(f"{word:>22}" for word in words))

# %% [markdown]
# The fixed run's interval is about people alone. The drawn one is several times as wide, and still
# does not hold how far trials differ, nor what the model itself gets wrong.

# %%
plot_density(results["parameters drawn"], change=True).figure

# %% [markdown]
# ## Known disagreements
#
# Untreated young men of Rushton 1991 lost hair about three times as fast as the placebo arm of
# Kaufman 1998, which set the default progression. Vehicle arms of minoxidil trials rise for reasons
# that belong to a trial. They are not simulated.
