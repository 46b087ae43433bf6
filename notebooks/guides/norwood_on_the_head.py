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
# # How does each grade look on the head, and what does a transplant leave at the back?
#
# The scalp is simulated in six regions. Each has its own follicles, its own sensitivity to
# androgens (none at the back), and a severity at every grade of Norwood and Ludwig. Most of these
# numbers are assumptions set to the published pictures: `follicle-sim show FILE` prints each with
# its source.

# %%
# %matplotlib inline
from pathlib import Path

import xarray as xr

import follicle_sim
from follicle_sim.figures import plot_heads

here = Path.cwd()
root = next(folder for folder in (here, *here.parents) if (folder / "scenarios").is_dir())
men = root / "scenarios" / "norwood_map.toml"


def untreated(condition: str, grades: dict[str, str], *more: str) -> xr.Dataset:
    """Return people of several grades (name: grade) at baseline, one grade an arm."""
    parts = []
    for name, grade in grades.items():
        changes = [f"population.condition={condition}", f"population.severity={grade}"]
        changes += ["population.subjects=40", "design.visits=['0 weeks']", *more]
        result = follicle_sim.simulate(follicle_sim.load_scenario(men, changes))
        parts.append(result.sel(arm=["untreated"]).assign_coords(arm=[name]))
    every = xr.concat(parts, "arm", data_vars="all", combine_attrs="override")
    every.attrs["title"] = "Grades of pattern hair loss"
    return every


# %% [markdown]
# Norwood II to VII: hairs per cm2 that a macrophotograph shows (30 um and thicker).

# %%
NORWOOD = {
    "Norwood II": "norwood_ii",
    "III vertex": "norwood_iii_vertex",
    "IV": "norwood_iv",
    "V": "norwood_v",
    "VI": "norwood_vi",
    "VII": "norwood_vii",
}
norwood = untreated("aga_male", NORWOOD)
heads = plot_heads(norwood, arms=["Norwood II", "III vertex", "V", "VII"])

# %%
LUDWIG = {"Ludwig I": "ludwig_i", "II": "ludwig_ii", "III": "ludwig_iii"}
women = plot_heads(untreated("aga_female", LUDWIG, "population.sex=female"))

# %% [markdown]
# Held against a count of 109 men (Vecchio 2002): all stages have 127 hairs/cm2 on the occiput; on
# the vertex the least bald have 138 and the most bald 47. The ratio of the first two is an input of
# the map; that the most bald keep a third of their hair is not, and the model's bald men keep more.

# %%
density = norwood.region_density.isel(time=0).mean("subject")
vertex, occiput = density.sel(region="vertex"), density.sel(region="occipital")
print((vertex / occiput).to_series().round(2).rename("vertex / occiput").to_string())
kept = float(vertex.sel(arm="VI") / vertex.sel(arm="Norwood II"))
print(f"vertex, VI against II: {kept:.2f}; counted, most against least bald: {47 / 138:.2f}")

# %% [markdown]
# A transplant takes from the back what it sets in front. `check` and `run` say how much is left.

# %%
transplant = follicle_sim.load_scenario(
    root / "scenarios" / "transplant_whole_scalp.toml", ["population.subjects=40"]
)
print(follicle_sim.describe(transplant).rpartition("\n\n")[2])
moved = plot_heads(follicle_sim.simulate(transplant))
