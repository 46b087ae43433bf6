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
# # What does a dish say, and what is it worth for a scalp?
#
# Follicles in organ culture have the clocks and factors of the scalp, and two numbers of the dish:
# how fast anagen ends, and how fast a shaft grows. Both were fitted to one published control.
# Research use. Not medical advice.

# %%
# %matplotlib inline
from pathlib import Path

from follicle_sim import (
    InputError,
    compare,
    culture_prior,
    load_scenario,
    load_treatments,
    simulate,
    with_overrides,
)
from follicle_sim.figures import plot_culture, plot_papilla

here = Path.cwd()  # the notebook's folder, or the repository's
root = next(folder for folder in (here, *here.parents) if (folder / "scenarios").is_dir())

# %% [markdown]
# ## A dose series
#
# Twelve days with IGF-I in the medium. `1x` is the concentration of Ahn 2012, which was not seen.

# %%
scenario = load_scenario(root / "scenarios" / "organ_culture.toml")
culture = simulate(scenario)
table = compare(culture)
_ = plot_culture(culture, comparison=table)

# %% [markdown]
# Four numbers were published. Two made the dish, and one made the size of IGF-I. The growth under
# IGF-I is a prediction: follicles that stay in anagen for longer grow for longer.

# %%
for row in table.rows:
    print(
        f"{row.arm:10} {row.endpoint:18} published {row.observed:.3f}, simulated "
        f"{row.simulated:.3f}: for {row.use}"
    )

# %% [markdown]
# ## As small as it was
#
# The paper had three donors and 140 follicles. So many give this, with other donors each time:

# %%
for seed in range(4):
    small = with_overrides(
        scenario,
        ["population.subjects=3", "population.follicles=27", f"run.seed={seed}"],
    )
    last = simulate(small).anagen_retention.isel(time=-1).mean("subject")
    words = ", ".join(
        f"{arm} {100 * float(last.sel(arm=arm)):.0f} %" for arm in ("control", "IGF-I 1x")
    )
    print(f"donors {seed + 1}: {words}")

# %% [markdown]
# ## What it is worth for a scalp
#
# A prior on the potency, and a wide one. Its width is the luck of the follicles and an assumption:
# that a signal does on a scalp what it does in a dish, within a factor of three. Nothing uses it
# unless you do: `fit_scenario(scenario, priors={...})`.

# %%
for name in load_treatments():
    try:
        prior = culture_prior(name)
    except InputError:
        continue
    print(
        f"{name:30} a culture like that of IGF-I: {prior.median:6.3g} ({prior.low:.2g} to "
        f"{prior.high:.2g}); now {prior.present:.3g}"
    )

# %% [markdown]
# Treatments that are missing here do not touch the end of anagen, exosomes among them: no culture
# can tell anything of their potency. What a culture of your own says:

# %%
own = culture_prior("prp_injection", control=0.40, treated=0.60, follicles=30)
print(f"{own.parameter}: {own.median:.3g}, SD of its logarithm {own.log_sd:.2f}")

# %% [markdown]
# ## Cells are not hair
#
# How papilla cells multiply is kept apart: no clock of a follicle hangs on it. The concentrations
# were read, the sizes were not.

# %%
_ = plot_papilla()
