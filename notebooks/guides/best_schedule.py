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
# # What is the best schedule for the money?
#
# Twelve weekly sessions of exosomes cost USD 27,000 at the price assumed here. Could fewer,
# stronger ones do as much? An `[optimise]` table asks. It names an arm, what may vary, the budget,
# and what counts.
#
# **Read the answer as what follows from two assumptions:** how fast one session saturates, and how
# long it lasts. Nobody has tested either. The potency comes from a study without a control arm.
#
# Research use. Not medical advice. Needs `pip install -e ".[inference]"`.

# %%
import csv
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from IPython.display import Image, display

here = Path.cwd()  # the notebook's folder, or the repository's
root = next(folder for folder in (here, *here.parents) if (folder / "scenarios").is_dir())
file = root / "scenarios" / "exosome_schedule.toml"
text = file.read_text("utf-8")
print(text[text.index("[optimise]") :])

# %% [markdown]
# ## Search
#
# The same as `follicle-sim optimise scenarios/exosome_schedule.toml`, with 40 schedules in place of
# 200 and without the classes of people. Every schedule is tried on the same people, with it and
# without it. The best are tried again on people whom the search has never seen. What is lost there
# was luck.

# %%
with TemporaryDirectory() as name:
    options = ["--trials", "40", "--set", "optimise.classes=[]", "--out", name, "--quiet"]
    command = [sys.executable, "-m", "follicle_sim", "optimise", str(file), *options]
    subprocess.run(command, check=True)
    with (Path(name) / "schedules.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
print(f"{len(rows)} rows with {', '.join(rows[0])}")

# %% [markdown]
# ## The whole search
#
# Two hundred schedules, as the command does it. The line is the front: no schedule below its price
# gained more. Filled points are the fresh people.

# %%
display(Image(root / "scenarios" / "figures" / "exosome_schedule.png", width=900))

# %% [markdown]
# Four sessions of one and a half doses, six weeks apart, cost USD 11,250. At week 24 they gain 28.6
# hairs/cm² over untreated (95 % interval over people 27.5 to 29.6). The weekly course of twelve
# gains 26.4 (25.5 to 27.3) for USD 27,000. That is a model's answer to the assumptions above. The
# intervals hold people, and neither potency, kinetics nor prices. All of the gain is gone again
# about a year after the last session.
#
# ## Change the question
#
# - Prices, each with its source or its excuse: `src/follicle_sim/pharmacology/costs.toml`. A
#   `[[costs]]` table in a scenario replaces them.
# - `objective`: `density_gain`, `area_under_gain` or `cost_per_hair`.
# - `[optimise.cocktail]` varies the signature of a treatment of your own.
# - `[[optimise.classes]]` repeats the search for other kinds of people and says what the common
#   schedule loses them.
