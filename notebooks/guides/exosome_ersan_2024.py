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
# # What does an uncontrolled study of exosomes prove?
#
# In 2024, 30 men had foreskin-derived exosomes injected into the scalp. Hairs were counted on 1 cm²
# of the front and of the crown. At weeks 4 and 12 there were more than before, p < 0.05 both times
# (Ersan 2024, NCT06539273). **There was no control.**
#
# The counts themselves are not in the abstract. So the question "how strong are exosomes?" has to
# be asked of one sentence: *significant at both visits*. This guide asks it three ways.
#
# 1. How often does that outcome come, if the drug has this potency or that?
# 2. How often does it come when the drug does **nothing**?
# 3. What study would tell the two apart?
#
# It runs with 20 simulated studies of each kind, which takes seconds. The figure at its end has
# 500. Research use. Not medical advice.

# %%
import csv
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from IPython.display import Image, display

STUDIES = 20  # of each kind; the figure at the end has 500

here = Path.cwd()  # the notebook's folder, or the repository's
root = next(folder for folder in (here, *here.parents) if (folder / "scenarios").is_dir())
file = root / "scenarios" / "exosome_ersan_2024.toml"

# %% [markdown]
# ## Look at the calendar
#
# The registration says 1 January to 5 May 2024. With twelve weeks of follow-up, the men were first
# counted in January and early February. Scalps have seasons: of 14 men, the share of growing hairs
# was highest in March and lowest in autumn (Randall & Ebling 1991). So these men were counted on
# the way up, whatever was injected.
#
# Two more things lift a count. The spot is chosen where hair looks thin, and a spot that is thin
# today is in part thin by chance: some of its follicles are between two hairs and will grow one.
# And the needle itself wounds, which by itself may start a few hairs.
#
# `follicle-sim plausible` simulates the study with the drug, with each of these alone, and with all
# of them.

# %%
with TemporaryDirectory() as name:
    options = ["--replicates", f"{STUDIES}", "--potency", "1,5", "--no-repeat", "--quiet"]
    command = [sys.executable, "-m", "follicle_sim", "plausible", str(file), *options]
    subprocess.run([*command, "--out", name], check=True)
    with (Path(name) / "chances.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))

print(f"{'studies with the published outcome':72}{'share':>7}  95 % interval")
for row in rows:
    if row["potency"]:
        name = f"potency {float(row['potency']):g}: {row['text']}"
    elif row["cause"] != row["text"]:  # the other rows are openings in each month
        name = f"no drug: {row['text']}"
    else:
        continue
    share, low, high = (100 * float(row[key]) for key in ("chance", "low", "high"))
    print(f"{name:72}{share:5.0f} %  {low:.0f} to {high:.0f}")

# %% [markdown]
# The intervals hold the luck of 20 studies and nothing else. No circumstance does it alone.
# Together they make the published sentence the *usual* outcome of a study in which the drug does
# nothing. The choice of the spot weighs most, and is an assumption.
#
# ## Why no likelihood ratio?
#
# "So many times likelier with the drug than without" would be a fine summary. But where nothing
# else moves a count, none of the studies without the drug has the outcome. A ratio to none has no
# size of its own: it grows with the number of studies simulated. And the most favourable potency is
# not known beforehand. A Bayes factor would need a prior over potencies and circumstances, and the
# answer would be mostly that prior. The shares stand for themselves.
#
# ## Five hundred studies of each kind
#
# The figure as `follicle-sim plausible scenarios/exosome_ersan_2024.toml` draws it, and the repeat
# with a control: the same needle with saline, in other men or on the other half of the scalp.
# Season, spot and needle are then the same on both sides and drop out.

# %%
display(Image(root / "scenarios" / "figures" / "exosome_ersan_2024.png", width=1000))

# %% [markdown]
# **1. With nothing but the drug**, one session at the default potency gives the outcome in 0.8 % of
# studies. That default is a start value which nothing was fitted to. At twice the default, near the
# fitted potency of adipose exosomes (2.14), it is 7 %. Three quarters need five times the default.
#
# **2. With no effect of the drug**, it comes in none of 500 studies if only cycle and reading move
# a count. Counted first in January it comes in 6.8 %. With spot, season and needle together it
# comes in 77 %. Without a choice of the spot, season and needle give 6.5 % of 200 studies.
#
# **3. A controlled repeat**, drug against saline, needs 178 men in all, 89 an arm, for 80 % power
# at week 12 if the drug has the default potency (148 to 220 in all). It needs 24 at five times
# that. By week 24 half of one session's effect has gone. Then 66 in all are needed at five times
# the default, and many hundreds at the default: 1132, which lies beyond the sizes tried. All of
# this hangs on a potency that nobody knows.
#
# So *p < 0.05, twice* does not exclude a strong drug, and it does not exclude none. It is the same
# sentence for a rise of 8 hairs and of 40. Its two visits are not two witnesses: both are held
# against the same baseline.
#
# ## What is assumed
#
# That one session was given (three with 12 weeks after the last do not fit between the registered
# dates), 1e9 particles/cm², a choice between two spots, a season as strong as in 14 men with full
# hair at 53 degrees north, and significance in *both* areas. Doubt one: add `--set
# 'design.recruitment={opens="1 July", lasts="41 days"}'` to the command. In July the same season
# pulls the count down, and a drug that works could look as if it did not.
