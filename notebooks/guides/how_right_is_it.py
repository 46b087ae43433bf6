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
# # How right is it?
#
# `follicle-sim validate` simulates every study of the registry that the model can express. Each
# gets its own people, doses, instrument and weeks, and every published number is scored once. This
# guide reads the table that the command wrote. A test holds that table to the present code.
#
# Research use. Not medical advice.

# %%
# %matplotlib inline
import csv
from collections import Counter
from pathlib import Path

import matplotlib.pyplot as plt

from follicle_sim import compare, load_scenario, simulate

here = Path.cwd()  # the notebook's folder, or the repository's
root = next(folder for folder in (here, *here.parents) if (folder / "scenarios").is_dir())
with (root / "scenarios" / "figures" / "scoreboard.csv").open(encoding="utf-8") as lines:
    table = list(csv.DictReader(line for line in lines if not line.startswith("#")))
counted = [row for row in table if row["counted"] == "True"]
fresh = [row for row in counted if row["use"] == "validation"]
fitted = [row for row in counted if row["use"] == "calibration"]


# %% [markdown]
# ## First, the numbers that nothing was fitted to
#
# `z` is the distance of simulated from published, in joint standard errors. A model that is right
# has 95 % of its rows within two, and nine in ten inside their 90 % interval.


# %%
def told(name, rows):
    """Print the share within two standard errors, and that inside the 90 % interval."""
    near = sum(abs(float(row["z"])) <= 2 for row in rows)
    inside = sum(row["covered"] == "True" for row in rows)
    total = len(rows)
    print(
        f"{name:34}{near:3} of {total} within 2 SE ({100 * near / total:.0f} %), "
        f"90 % intervals hold {100 * inside / total:.0f} %"
    )


told("nothing was fitted to them", fresh)
told("something was fitted to them", fitted)
told("all that count", counted)

# %% [markdown]
# The first line is the one to judge the model by. That what was fitted agrees is no merit.
#
# ## Where it misses
#
# About half of the misses are trials that contradict each other: platelet-rich plasma +46 and +4
# hairs/cm², serum DHT on the same tablet -71 and -56 %, dutasteride in one trial and in a network
# meta-analysis. The rest are the model's own: women on finasteride gain too much, hair weight
# hardly rises on minoxidil, and a bald vertex has too few thin hairs. `follicle-sim validate`
# prints a line on each.

# %%
missed = [row for row in counted if abs(float(row["z"])) > 2]
for study, number in Counter(row["study"] for row in missed).most_common():
    print(f"{study:24}{number} missed")

# %% [markdown]
# Changes without a control arm hold what any trial's control arm does (+3, SD 6 hairs/cm², an
# assumption). Rows for display only are never counted. What the model cannot express, such as SALT
# scores of alopecia areata, is listed by the command with the reason.
#
# ## See one study yourself
#
# Kaufman 1998, finasteride against placebo for two years. Something *was* fitted to it: it shows
# how the scoring works and proves nothing.

# %%
result = simulate(load_scenario(root / "scenarios" / "finasteride_kaufman_1998.toml"))
for row in compare(result).rows:
    z = row.z if row.z is not None else row.z_imputed
    score = "" if z is None else f"{z:+.1f}"
    print(
        f"{row.endpoint:14} {row.kind:11} week {row.week:<4g} {row.observed:7.1f} "
        f"{row.simulated:7.1f} {row.unit:5} {score}"
    )

# %% [markdown]
# ## The answer, number by number
#
# Each dot is a published number. The whole board, with names and intervals, is
# `scenarios/figures/scoreboard.png`.

# %%
_, ax = plt.subplots(figsize=(7, 2.6))
ax.axvspan(-2, 2, color="0.93", linewidth=0)
for place, (rows, colour) in enumerate(((fitted, "0.55"), (fresh, "tab:blue"))):
    scores = sorted(float(row["z"]) for row in rows)
    heights = [place + 0.6 * ((k % 7) / 7 - 0.43) for k in range(len(scores))]
    ax.plot(scores, heights, "o", color=colour, markersize=4)
ax.set_yticks([0, 1], [f"fitted ({len(fitted)})", f"not fitted ({len(fresh)})"])
ax.set_xlabel("simulated minus published, in joint standard errors (grey: within two)")
ax.spines[["top", "right", "left"]].set_visible(False)
plt.show()
