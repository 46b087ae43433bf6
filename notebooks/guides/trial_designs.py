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
# # Which designs can a trial have?
#
# A scenario has one `[design]` table. Its `kind` says how the arms are related.
#
# | kind | arms are |
# |---|---|
# | `parallel` | different people, as in most trials |
# | `split_scalp` | the two halves of one scalp |
# | `crossover` | the same people, one treatment after the other |
# | `delayed_start` | different people; the controls begin later |
# | `counterfactual` | the same people twice: the effect itself, which no trial can see |
#
# This guide gives the same drug to the same kind of men in all five, and asks how well each design
# knows the effect. Research use. Not medical advice.

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

from follicle_sim import load_scenario, parse_scenario, simulate, summarise

here = Path.cwd()  # the notebook's folder, or the repository's
root = next(folder for folder in (here, *here.parents) if (folder / "scenarios").is_dir())

# %% [markdown]
# ## One drug, five designs

# %%
BASE = """
schema_version = 1
title = "Minoxidil 5 % against vehicle"
[population]
subjects = 40
follicles = 400
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
severity = "norwood_iv"
spread = "typical"
[[arms]]
label = "minoxidil 5 %"
role = "treatment"
doses = [{ treatment = "minoxidil_topical_5", amount = "1 mL", every = "12 hours", until = "END" }]
[[arms]]
label = "vehicle"
role = "placebo"
[instrument]
method = "trichoscopy"
[design]
kind = "KIND"
visits = ["0 days", "12 weeks", "24 weeks", "36 weeks"]
"""

EXTRA = {
    "parallel": "",
    "split_scalp": "",
    "crossover": 'period = "36 weeks"\nwashout = "24 weeks"\n',
    "delayed_start": 'switch = "24 weeks"\n',
    "counterfactual": "",
}

results = {}
for kind, extra in EXTRA.items():
    text = BASE.replace("KIND", kind).replace("END", "36 weeks") + extra
    results[kind] = simulate(parse_scenario(text, kind))

# %% [markdown]
# ## A trial that is not tidy
#
# Any of these designs can choose its people, lose them and see them late. `allocation` and
# `stratify` say who goes where, `run_in` and `recruitment` say when. Dates bring the season along.

# %%
UNTIDY = """
extends = "scenarios/minoxidil_olsen_2002.toml"
[population]
age = ["22 years", "60 years"]
spread = "typical"                                       # people differ as published ones do
inclusion = { age = ["25 years", "50 years"], hair_density = ["100 cm-2", "200 cm-2"] }
[design]
kind = "parallel"
allocation = { "minoxidil 5 %" = 2 }                     # two for each on vehicle
stratify = "severity"                                    # permuted blocks within grades
run_in = "4 weeks"                                       # begins with the count that lets people in
recruitment = { opens = "1 March", lasts = "26 weeks" }  # dates bring the season with them
visit_window = "3 days"                                  # either way; missed_visits = 0.05
dropout = { per_year = 0.1 }                             # early_stop: no more doses, still seen
"""

with TemporaryDirectory() as name:
    file = Path(name) / "untidy.toml"
    file.write_text(UNTIDY.replace("scenarios/", f"{root.as_posix()}/scenarios/"), encoding="utf-8")
    untidy = simulate(load_scenario(file, ["population.subjects=40", "population.follicles=500"]))

seen = untidy.attended.where(untidy.enrolled == 1).mean("subject")
print("share of people seen, visit by visit")
for arm in untidy.arm.values:
    print(f"{arm:16}", " ".join(f"{share:5.2f}" for share in seen.sel(arm=arm).values))

# %% [markdown]
# Values are missing where nobody was seen, and the result knows who came, who left and why.
# Whatever the design, each random draw has the name of a person. So no other arm, person or visit
# changes anybody's hair.
#
# ## How well does each design know the effect?
#
# The last column is what a design is worth: the standard error of the difference at week 24.

# %%
print(f"{'design':16}{'people':>7}{'difference':>12}{'standard error':>16}   hairs/cm², week 24")
for kind, data in results.items():
    row = next(
        row
        for row in summarise(data, ["hair_density"]).rows
        if row.arm == "minoxidil 5 %" and row.week == 24
    )
    people = 80 if kind in ("parallel", "delayed_start") else 40
    print(f"{kind:16}{people:7}{row.difference:+12.1f}{row.difference_se:16.1f}")

# %% [markdown]
# Half the standard error is worth four times the people. Two halves of one scalp share the person,
# so the person drops out of the difference. They share no hair, so that luck remains.
#
# The counterfactual shares the hairs as well, and only a simulation can do that. Here it is hardly
# better than a split scalp: each count errs by itself (`[instrument]`), and people respond
# differently. The crossover finds *another* effect. Half of its people had the drug first. Their
# second period begins while the hairs of the first are still falling, whatever washout is usual.
