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
# # The study everybody cites, asked properly
#
# In 2024, 30 men had foreskin-derived exosomes injected into the scalp. Hairs were counted on 1
# cm² of the front and of the crown. At weeks 4 and 12 there were more than before, p < 0.05 both
# times (Ersan 2024, NCT06539273). **There was no control.**
#
# The counts themselves are not in the abstract. So the question "how strong are exosomes?" has to
# be asked of one sentence: *significant at both visits*. This notebook asks it three ways.
#
# 1. How probable is that sentence, if the drug has this potency or that?
# 2. How often does it come out when the drug does **nothing**?
# 3. What study would tell the two apart?
#
# It runs with 20 simulated studies of each kind to stay under a minute; the figure in the README
# has 500. Research use, not medical advice.

# %%
# %matplotlib inline
from pathlib import Path

from follicle_sim import load_scenario
from follicle_sim.console.plausible import answers
from follicle_sim.figures.plausible import plot_plausible
from follicle_sim.inference.plausible import plausible
from follicle_sim.inference.plausible_files import in_words
from follicle_sim.inference.repeat import repeat
from follicle_sim.protocol.describe import describe

STUDIES = 20  # of each kind; the README's figure has 500

here = Path.cwd()  # the notebook's folder, or the repository's
root = next(folder for folder in (here, *here.parents) if (folder / "scenarios").is_dir())
study = load_scenario(root / "scenarios" / "exosome_ersan_2024.toml")
print(describe(study))

# %% [markdown]
# ## Look at the calendar
#
# The registration says 1 January to 5 May 2024. With twelve weeks of follow-up, the men were
# first counted in January and early February. Scalps have seasons: of 14 men, the share of
# growing hairs was highest in March and lowest in autumn (Randall & Ebling 1991). So these men
# were counted on the way up, whatever was injected.
#
# Two more things lift a count. The spot is chosen where hair looks thin, and a spot that is thin
# today is in part thin by chance: some of its follicles are between two hairs and will grow one.
# And the needle itself wounds, which by itself may start a few hairs.
#
# `plausible` simulates the study with the drug, with each of these alone, and with all of them.

# %%
found = plausible(study, (1.0, 5.0), STUDIES)
print(in_words(found), "\n")
for row in found.nulls:
    weeks = ", ".join(f"{change:+.1f}" for change in row.changes)
    print(f"{row.text:36} {100 * row.chance:5.1f} % of studies; mean change {weeks} hairs/cm²")

# %% [markdown]
# None of them does it alone. Together they make the published sentence the *usual* outcome of a
# study in which the drug does nothing. The choice of the spot weighs most, and is an assumption:
# `plausible(study, spots=1)` leaves it out, and the outcome is rare again unless trials drift as
# the control arms of published ones did.
#
# ## How much does the sentence favour the drug?
#
# The likelihood ratio: how much likelier is the outcome with the drug than without, all else
# equal? Ten would be some evidence. One is none.

# %%
for row in found.ratios:
    told = "too rare in both to tell" if row.bound and row.low < 1 else f"{row.ratio:.2g}"
    print(f"potency {row.potency:g}, {row.cause}: {told}")

# %% [markdown]
# If nothing but the drug could move a count, the sentence would be strong evidence for a drug
# much stronger than the default. In a study that begins in January, without a control, it says
# next to nothing: it does not exclude a strong drug, and it does not exclude none. *p < 0.05,
# twice* is the same sentence for a rise of 8 hairs and of 40, and the two visits are not two
# witnesses: both are held against the same baseline.
#
# ## What would tell?
#
# The same needle with saline, in other men or on the other half of the scalp. Season, spot and
# needle are then the same on both sides and drop out.

# %%
repeats = repeat(study, found.treatment, (1.0, 5.0), STUDIES)
figure = plot_plausible(
    found.alone,
    found.surrounded,
    found.nulls,
    repeats,
    title=study.title,
    asked=in_words(found),
    default=found.default,
)
figure

# %%
for line in answers(found, repeats):
    print(line, "\n")

# %% [markdown]
# ## What is assumed
#
# That one session was given (three with 12 weeks after the last do not fit between the registered
# dates), 1e9 particles/cm², a choice between two spots, a season as strong as in 14 men with full
# hair at 53 degrees north, and significance in *both* areas. The table has one area too. Doubt
# one: `with_overrides(study, ['design.recruitment={opens="1 July", lasts="41 days"}'])`. In July
# the same season pulls the count down, and a drug that works could look as if it did not.
#
# On the command line: `follicle-sim plausible scenarios/exosome_ersan_2024.toml`
