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
# # How do treatments compare over two years, and what is left when one stops?
#
# `scenarios/exosome_vs_standard_care.toml` gives nine treatments to the same men, Norwood III to V,
# and holds each against what would have become of them untreated. This is its figure.
#
# Research use. Not medical advice.

# %%
# %matplotlib inline
import csv
from pathlib import Path

from IPython.display import Image, display

from follicle_sim import parse_scenario, simulate, summarise
from follicle_sim.figures import plot_small_multiples

here = Path.cwd()  # the notebook's folder, or the repository's
root = next(folder for folder in (here, *here.parents) if (folder / "scenarios").is_dir())
figures = root / "scenarios" / "figures"
display(Image(figures / "exosome_vs_standard_care.png", width=1000))

# %% [markdown]
# The same in numbers, from the table behind the figure: terminal hairs/cm² over untreated, with 90
# % credible intervals. The lowest is that after the greatest.

# %%
with (figures / "exosome_vs_standard_care.csv").open(encoding="utf-8", newline="") as lines:
    table = list(csv.DictReader(line for line in lines if not line.startswith("#")))


def told(row):
    """Return a difference from untreated, its interval and its week in words."""
    mean, low, high = (float(row[f"difference{part}"]) for part in ("", "_low", "_high"))
    return f"{mean:+5.1f} ({low:+.1f} to {high:+.1f}) w{float(row['week']):.0f}"


print(f"{'':34}{'greatest':30}{'lowest after it':30}last")
for arm in dict.fromkeys(row["arm"] for row in table if row["difference"]):
    course = [row for row in table if row["arm"] == arm]
    best = max(course, key=lambda row: float(row["difference"]))
    later = [row for row in course if float(row["week"]) >= float(best["week"])]
    worst = min(later, key=lambda row: float(row["difference"]))
    print(f"{arm:34}{told(best):30}{told(worst):30}{told(course[-1])}")

# %% [markdown]
# Read it with these in mind.
#
# - **The bands hold** 40 draws of the fitted biology and of each potency, and the luck of 25 men.
#   Forty draws are few: another seed moves an end of a band by 2 or 3.
# - **The bands do not hold** how far trials of one drug differ. The two of platelet-rich plasma are
#   18 hairs/cm² apart. Nor do they hold what the model itself gets wrong.
# - Most markers set the potency of their arm, so that agreement with them proves nothing.
# - The exosome arm takes the whole rise of a study without a control for the treatment. The laser
#   stands above minoxidil here, and no trial has shown that. The potency of each comes from one
#   trial with a control of its own, and trials of one drug differ by more than the two do here.
# - The counts of stopped courses lie *below* untreated for some months: the column in the middle.
# - Exosomes **stop** here at week 11, and the drugs go on. That comparison is not fair to either.
#
# ## The fair comparison
#
# Let minoxidil stop at week 12 as well, and let exosomes go on with a session every 12 weeks. How
# long a session lasts (half-life 10 days) is an assumption; the last arm hangs on it.

# %%
STOPPING = """
schema_version = 1
title = "Stopping and going on: exosomes and minoxidil, the same men in every arm"
run = { replicates = 40, uncertainty = "posterior" }
[population]
subjects = 10
follicles = 400
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
severity = { norwood_iii = 0.4, norwood_iv = 0.3, norwood_v = 0.3 }
spread = { follicle_density = 0.15, severity = 0.3, progression = 0.3 }
[[arms]]
label = "untreated"
role = "untreated"
[[arms]]
label = "exosomes weekly x 12"
role = "treatment"
[[arms.doses]]
treatment = "exosomes_adipose_microneedling"
amount = "1 session"
every = "1 week"
count = 12
[[arms]]
label = "exosomes every 12 weeks"
role = "treatment"
[[arms.doses]]
treatment = "exosomes_adipose_microneedling"
amount = "1 session"
every = "12 weeks"
until = "104 weeks"
[[arms]]
label = "minoxidil 5 %, 12 weeks"
role = "treatment"
[[arms.doses]]
treatment = "minoxidil_topical_5"
amount = "1 mL"
every = "12 hours"
until = "12 weeks"
[[arms]]
label = "minoxidil 5 %"
role = "treatment"
[[arms.doses]]
treatment = "minoxidil_topical_5"
amount = "1 mL"
every = "12 hours"
until = "104 weeks"
[design]
kind = "counterfactual"
visits = { every = "4 weeks", until = "104 weeks" }
[instrument]
detection_calibre = "30 um"
"""

result = simulate(parse_scenario(STOPPING))

# %%
rows = {(row.arm, row.week): row for row in summarise(result, ["hair_density"]).rows}
weeks = (12, 20, 32, 52, 68, 104)
print(f"{'over untreated, hairs/cm²; week':34}" + "".join(f"{week:>19}" for week in weeks))
for arm in result.arm.values[1:]:
    cells = [rows[arm, week] for week in weeks]
    words = [
        f"{row.difference:+.0f} ({row.difference_low:+.0f} to {row.difference_high:+.0f})"
        for row in cells
    ]
    print(f"{arm:34}" + "".join(f"{word:>19}" for word in words))

# %%
plot_small_multiples(result, change=True).figure

# %% [markdown]
# What stops is lost, whatever it was. Minoxidil stopped at week 12 has nothing left by week 52, as
# the exosome course has nothing left by week 60. Both then lie a few hairs *below* untreated for
# some months, since hairs brought into growth together also end it together. Nobody has measured
# that dip. What goes on holds its gain, on the assumed half-life.
