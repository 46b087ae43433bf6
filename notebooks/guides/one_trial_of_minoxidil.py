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
# # What would one trial of minoxidil have found?
#
# A trial sees its drug once, in its own people, with its own luck. This guide runs one virtual
# trial from the first man asked to the p value. Then it runs the same trial twenty times over. The
# drug is the same in all of them: **its effect is put in, not found out.**
#
# Research use. Not medical advice.

# %%
# %matplotlib inline
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt

from follicle_sim import load_scenario, power

here = Path.cwd()  # the notebook's folder, or the repository's
root = next(folder for folder in (here, *here.parents) if (folder / "scenarios").is_dir())
file = root / "scenarios" / "trial_minoxidil_vs_placebo.toml"

# %% [markdown]
# ## One trial on one page
#
# The same as `follicle-sim trial scenarios/trial_minoxidil_vs_placebo.toml` in a terminal.

# %%
with TemporaryDirectory() as folder:
    command = [sys.executable, "-m", "follicle_sim", "trial", str(file), "--out", folder, "--quiet"]
    subprocess.run(command, check=True)
    print((Path(folder) / "trial.txt").read_text("utf-8"))

# %% [markdown]
# Its figure is `scenarios/figures/trial_minoxidil_vs_placebo.png`. The dip around week 24 is the
# season, not the drug. Men were recruited from March to August, so many were counted again in
# autumn and winter. Only the difference between the arms is free of it.
#
# ## The plan is a table
#
# ```toml
# [analysis]
# endpoint = "hair_density"
# at = "48 weeks"
# method = "ancova"                   # or t_test, welch, wilcoxon, mmrm; mixed_model: see below
# set = "intention_to_treat"          # or per_protocol
# missing = "available"               # or jump_to_reference, last_observation_carried_forward ...
# multiplicity = "hierarchical"       # the second endpoint counts only if the first one does
# responder_gain = "10 cm-2"
# satisfaction = "seven_point"
# adverse_events = true
# [[analysis.secondary]]
# endpoint = "shaft_calibre"
# ```
#
# - `follicle-sim analyse results/trial_minoxidil_vs_placebo.trial --method mmrm` asks the same
#   people again. Nothing is simulated twice.
# - `--cdisc` writes ADSL, EX, AE and ADHC tables (CSV) in the words of CDISC. Every record is
#   marked synthetic.
# - `adverse_events` adds side effects and downtime to the page, and `reactions.png`: who had what,
#   how severe, and what the published count leaves open. None of n is at most so much, not nothing.
# - `flow.png` draws the flow of subjects as CONSORT does.
# - A counterfactual design is no trial and is refused.
# - Prefer `mmrm` to `mixed_model`. A random intercept takes all visits for exchangeable, and
#   courses of simulated people are not. Depending on how the visits lie, it found an effect in 1 to
#   15 of 100 trials of nothing, where 5 are asked for.
#
# ## The same trial, twenty times
#
# `power` runs many trials of a scenario. Here the scenario is simpler, so that it takes seconds:
# Olsen 2002 with 30 men, 15 an arm, as many small trials have, who differ as published ones do.

# %%
simple = load_scenario(
    root / "scenarios" / "minoxidil_olsen_2002.toml",
    ["population.spread=typical", "population.follicles=300", "instrument.method=trichoscopy"],
)
many = power(simple, [15], replicates=20, type_one=False)
trials = many.trials.isel(drug=0, size=0, comparison=0, week=0)
found = trials.p_adjusted.values < many.plan.alpha
print(f"{int(found.sum())} of {found.size} trials found the effect (p < {many.plan.alpha:g}).")

# %%
_, ax = plt.subplots(figsize=(7, 4.4))
order = trials.estimate.values.argsort()
for place, k in enumerate(order):
    colour = "tab:blue" if found[k] else "0.55"
    ax.plot([trials.low.values[k], trials.high.values[k]], [place, place], color=colour)
    ax.plot(trials.estimate.values[k], place, "o", color=colour, markersize=4)
ax.axvline(0, color="0.7", linewidth=0.8)
ax.axvline(float(trials.estimate.mean()), color="tab:blue", linestyle=":", linewidth=1)
ax.set_yticks([])
ax.set_xlabel(f"difference in hair density (hairs/cm²), week {many.rows[0].week}")
ax.set_title(
    "Twenty trials of one truth; blue: significant, dotted: their mean", loc="left", fontsize=10
)
ax.spines[["top", "right", "left"]].set_visible(False)
plt.show()

# %% [markdown]
# Every line is a correct report of the same drug. A reader who has seen one of them has seen one of
# them. `follicle-sim power FILE --n 10,20,30,60` says how many people are enough, and how often a
# drug of no effect would pass.
