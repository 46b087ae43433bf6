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
# # Who takes part, and how do people differ?
#
# A trial does not take everybody. It asks people one after the other, counts their hairs, and lets
# in those who fit its criteria. This guide sets up a group of men, lets a trial choose among them,
# and looks at what that choice does to the counts.
#
# Research use. Not medical advice.

# %%
# %matplotlib inline
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt

from follicle_sim import load_scenario, simulate

# %% [markdown]
# ## People are a table
#
# Age and severity can be one value, a range, a mean with an SD, or shares of classes. `spread` says
# how far people differ in what a doctor does not see. `"typical"` takes the spreads of the
# condition; each has a source, and `follicle-sim show FILE` prints it. `correlation` ties two
# traits together.

# %%
EVERYBODY = """
schema_version = 1
title = "Men, all who are asked"
[population]
subjects = 300
follicles = 300
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
sex = "male"
age = { mean = "42 years", sd = "9 years" }
severity = { norwood_iii = 0.4, norwood_iv = 0.4, norwood_v = 0.2 }
spread = { typical = true, potency = 0.6 }
correlation = { severity-age = 0.4, severity-follicle_density = -0.3 }
[[arms]]
label = "untreated"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 days", "24 weeks"]
[instrument]
method = "trichoscopy"
"""

# %% [markdown]
# ## The trial chooses
#
# A second file starts from the first (`extends`) and adds the criteria. The count that lets people
# in is taken two weeks before baseline, through the same instrument, with its errors.

# %%
CHOSEN = """
extends = "everybody.toml"
title = "Men, let in on a low count"
[population.inclusion]
age = ["22 years", "65 years"]
severity = ["norwood_iii", "norwood_vi"]
hair_density = ["60 cm-2", "120 cm-2"]
"""

with TemporaryDirectory() as name:
    folder = Path(name)
    (folder / "everybody.toml").write_text(EVERYBODY, encoding="utf-8")
    (folder / "chosen.toml").write_text(CHOSEN, encoding="utf-8")
    everybody = simulate(load_scenario(folder / "everybody.toml"))
    chosen = simulate(load_scenario(folder / "chosen.toml"))

flow = json.loads(chosen.attrs["flow"])
print(f"asked {flow['screened']}, let in {flow['enrolled']}; left out for: {flow['excluded']}")

# %% [markdown]
# The result knows every person: age, severity, the nearest grade, and each count.

# %%
print(f"{'':22}{'all who are asked':>20}{'let in':>12}")
for trait, unit in (("age", "years"), ("severity", ""), ("hair_density", "hairs/cm²")):
    both = [data[trait].isel(arm=0, time=0, missing_dims="ignore") for data in (everybody, chosen)]
    words = [f"{float(x.mean()):.1f} (SD {float(x.std()):.1f})" for x in both]
    print(f"{trait + ' ' + unit:22}{words[0]:>20}{words[1]:>18}")

# %% [markdown]
# ## What the choice does
#
# The criteria were 60 to 120 hairs/cm² at screening. Two weeks later, at baseline, some of those
# let in are counted above 120 again. Whoever is let in on a low count was in part low by chance:
# some follicles stood empty on that day, or the reader missed some hairs. The next count lies
# nearer to the mean. That is regression to the mean, and nobody had to write it into the model.

# %%
count = chosen.hair_density.isel(arm=0).sel(time=0)
above = float((count > 120).mean())
print(f"{100 * above:.0f} % of those let in at 120 or less are counted above 120 two weeks later.")

_, ax = plt.subplots(figsize=(7, 3.6))
bins = range(0, 340, 10)
for label, data in (("all who are asked", everybody), ("let in", chosen)):
    ax.hist(data.hair_density.isel(arm=0).sel(time=0), bins, alpha=0.5, label=label)
for limit in (60, 120):
    ax.axvline(limit, color="0.3", linewidth=0.8, linestyle=":")
ax.set_xlabel("hair density at baseline (hairs/cm²); dotted: the limits at screening")
ax.set_ylabel("people of 300")
ax.set_title("Who takes part", loc="left", fontsize=10)
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# A study that measures its first visit on the day it lets people in counts this shift as effect. A
# control arm, chosen in the same way, moves as much and takes it off.
#
# Typical spreads are set so that healthy people vary as those of Loussouarn 2005 did, and one
# person's count over 48 weeks as in the minoxidil trials. `python -m
# follicle_sim.experiments.calibration.measure_spread` prints both.
