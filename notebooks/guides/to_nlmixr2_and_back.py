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
# # How do I carry a trial to nlmixr2 or NONMEM, and back?
#
# Pharmacometricians keep a trial in one table: a row for each dose and each count, in the order of
# time. This guide writes such a table from a simulated trial, shows the R code that reads it, and
# reads it back. Then it holds the people of the table against two models.
#
# Research use. Not medical advice.

# %%
# %matplotlib inline
import csv
import io
import tempfile
from pathlib import Path

import numpy as np

from follicle_sim import (
    arms_text,
    event_table,
    exposure_response,
    load_scenario,
    npde,
    read_event_table,
    simulate,
    with_overrides,
)
from follicle_sim.figures import plot_exposure_response, plot_npde

folder = Path(tempfile.mkdtemp())

# %% [markdown]
# ## A small trial
#
# Forty men an arm. Some begin minoxidil at baseline, some arrive treated since two years and go
# on, the others get nothing. `start = "-2 years"` is all that it takes: their hair has lived under
# the drug when it is counted first.

# %%
SCENARIO = """
schema_version = 1
title = "Minoxidil, begun at baseline or long before"
[population]
subjects = 40
follicles = 250
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
severity = "norwood_iii"
spread = { follicle_density = 0.15, severity = 0.3, potency = 0.5 }
[design]
kind = "parallel"
visits = ["0 weeks", "4 weeks", "8 weeks", "12 weeks", "16 weeks", "24 weeks"]
[instrument]
method = "phototrichogram"

[[arms]]
label = "begins"
role = "treatment"
[[arms.doses]]
treatment = "minoxidil_topical_5"
amount = "1 mL"
every = "12 hours"
until = "24 weeks"
[[arms]]
label = "goes on"
role = "treatment"
[[arms.doses]]
treatment = "minoxidil_topical_5"
amount = "1 mL"
start = "-2 years"
every = "12 hours"
until = "24 weeks"
[[arms]]
label = "nothing"
role = "untreated"
"""
(folder / "trial.toml").write_text(SCENARIO, encoding="utf-8")
scenario = load_scenario(folder / "trial.toml")
trial = simulate(scenario)
change = trial["hair_density"].mean("subject")
(change - change.sel(time=0.0)).to_pandas().T.round(1)

# %% [markdown]
# Who has had the drug for two years has nothing left to gain.
#
# ## The table
#
# Days from baseline are the unit of TIME. The first rows of the first man who goes on: a dose that
# is repeated (ADDL more times, II days apart), then the counts. TIME is below 0 where people arrive
# treated. rxode2 takes that, and NONMEM from version 7.4 on.

# %%


def first_rows(text, arm, number):
    """Print the head of a table, and the first rows of an arm."""
    lines = text.splitlines()
    wanted = [line for line in lines if f",{arm}," in line]
    print("\n".join([lines[0], *wanted[:number]]))


table = event_table(scenario, result=trial, endpoint="hair_density")
(folder / "events.csv").write_text(table, encoding="utf-8")
first_rows(table, "goes on", 3)

# %% [markdown]
# A program that wants no such history gets a steady state instead: SS = 1 says that the dose has
# been given every II days for ever. It is written where enough doses came before, some ten
# half-lives of what settles last: the drug, its site of effect or the enzyme behind it.

# %%
steady = event_table(scenario, steady_state=True, result=trial, endpoint="hair_density")
first_rows(steady, "goes on", 3)

# %% [markdown]
# ## In R
#
# The columns ARM, TREATMENT and UNIT are for people; `$INPUT` of NONMEM reads past them with DROP.
# In nlmixr2 names of compartments are clearer than numbers. This code was written beside the table
# and is not run here.
#
# ```r
# library(nlmixr2)
# d <- read.csv("events.csv", na.strings = c("", "NA"))
# d <- subset(d, !(EVID == 0 & MDV == 1))              # counts that were missed
# d$CMT <- ifelse(d$EVID == 1, "skin", "hairs")
# d$RATE <- d$DUR <- NULL                              # nothing is infused here
#
# regrowth <- function() {
#   ini({
#     lbase <- log(200)        # hairs/cm2 without the drug
#     lgain <- log(0.15)       # most that the drug adds, relative
#     lkout <- log(0.03)       # per day: how fast counts follow
#     eta.base ~ 0.03
#     eta.gain ~ 0.2
#     add.sd <- 8
#   })
#   model({
#     base <- exp(lbase + eta.base)
#     gain <- exp(lgain + eta.gain)
#     kout <- exp(lkout)
#     d/dt(skin) <- -log(2) / 0.917 * skin             # half-life of the library file, days
#     target <- base * (1 + gain * skin / (skin + 0.5))
#     hairs(0) <- base
#     d/dt(hairs) <- kout * (target - hairs)
#     hairs ~ add(add.sd)
#   })
# }
# fit <- nlmixr2(regrowth, d, est = "focei")
# ```
#
# ## Back: the doses
#
# `follicle-sim doses import events.csv` prints the arms as they stand in a scenario. The same men
# with the same doses show the same counts, to the last bit. An arm without doses has rows of counts
# only; what arms are there for no table says, so roles are for the reader to check.

# %%
HEAD = SCENARIO.partition("[[arms]]")[0]  # all but the arms
arms = arms_text(read_event_table(folder / "events.csv"))
print(arms.split("[[arms]]")[2])
(folder / "back.toml").write_text(HEAD + arms, encoding="utf-8")
again = simulate(load_scenario(folder / "back.toml"))
print("same counts:", np.array_equal(again["hair_density"], trial["hair_density"]))

# %% [markdown]
# A steady state becomes the doses that lead to it: a few days of a drug that leaves the skin within
# a day. The drug is then where it should be. The hair is not: it has not had two years. `since` (in
# the command `--since "2 years"`) gives it the time.

# %%
(folder / "steady.csv").write_text(steady, encoding="utf-8")
for since in (0.0, 730.5):
    arms = arms_text(read_event_table(folder / "steady.csv", since=since))
    (folder / "back.toml").write_text(HEAD + arms, encoding="utf-8")
    counts = simulate(load_scenario(folder / "back.toml"))["hair_density"].mean("subject")
    dose = read_event_table(folder / "steady.csv", since=since)["goes on"][0]
    print(f"{dose['count']} doses from {dose['start']}: {float(counts.sel(arm='goes on')[0]):.1f}")
print(f"the trial itself: {float(change.sel(arm='goes on')[0]):.1f} hairs/cm² at baseline")

# %% [markdown]
# ## Back: the counts
#
# Rows with EVID 0 are counts of single people. One row a person and visit is also what
# `[[compare]]` takes, so a table that comes from elsewhere goes the same way.

# %%
rows = [row for row in csv.DictReader(io.StringIO(table)) if row["EVID"] == "0" and row["DV"]]
lines = ["subject,arm,week,endpoint,unit,value"]
lines += [
    f"P{row['ID']},{row['ARM']},{float(row['TIME']) / 7.0:g},hair density,hairs/cm2,{row['DV']}"
    for row in rows
]
(folder / "people.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
own = SCENARIO + '[[compare]]\nstudy = "our clinic"\ndata = "people.csv"\n'
(folder / "model.toml").write_text(own, encoding="utf-8")
model = load_scenario(folder / "model.toml")

# %% [markdown]
# ## Who got more, and did more grow?
#
# Men differ in what the same dose does to them. On the axis is the mean effect at the follicle, so
# that men who differ only in that stand apart. `follicle-sim exposure trial.toml` draws it.

# %%
found = exposure_response(trial, groups=3)
for group in found.groups:
    span = f"{group.least:.2f} to {group.most:.2f}"
    print(f"mean effect {span}: {group.change:+.1f} hairs/cm², {group.people} men")
plot_exposure_response(trial, found=found).figure

# %% [markdown]
# Men who go on have as much of the effect as those who begin, and their counts stay as they are:
# they had the gain before baseline. Thrown together, the two arms hide what the drug does. A change
# from baseline knows nothing of what came before it, and neither does an exposure.
#
# ## Does a model predict these people?
#
# Each man is ranked among simulated men of his arm, his visits decorrelated: normalised prediction
# distribution errors, as pharmacometricians know them. Under the right model they are N(0, 1). What
# that looks like with so few people is asked of simulated trials. The first model is the one that
# made the data, the second knows of no effect. `follicle-sim npde model.toml` does the same.

# %%
right = npde(model, replicates=100)
wrong = npde(with_overrides(model, ["potency=0"]), replicates=100)
for name, check in (("right", right), ("without effect", wrong)):
    shape = check.shapes[0]
    words = "look like" if shape.fits else "do not look like"
    print(f"{name}: mean {shape.mean:+.2f}, variance {shape.variance:.2f}, p = {shape.p:.2g}:")
    print(f"  people {words} those of the model")

# %%
plot_npde(wrong)
