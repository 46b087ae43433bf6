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
# # What is left of a vial when it reaches the follicle, and what would have to be measured?
#
# A session is told as "1e9 particles/cm2". On the way to the follicle stand the lot, the fridge,
# the needle and the skin. Each is a link of `[arms.doses.chain]`, neutral where it is not given.
#
# Research use. Not medical advice.

# %%
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np

from follicle_sim import parse_scenario, power, simulate, summarise


def number(table, value, unit, source, grade="assumption"):
    """Return a number of a scenario with its unit, source and grade."""
    parts = f'value = {value}\nunit = "{unit}"\nsource = "{source}"\ngrade = "{grade}"\n'
    return f"\n[{table}]\n{parts}"


VIAL = '\n[products.vial]\ntitle = "a vial of umbilical exosomes"\n'
VIAL += number("products.vial.concentration", 2e10, "particles/mL", "assumption: 1e9/cm2 in 5 mL")
VIAL += number("products.vial.half_life", 60.0, "d", "assumption: weeks at 4 degrees, PMC9146501")
VIAL += number("products.vial.loss_per_thaw", 0.2, "1", "assumption: direction in PMC9146501")
VIAL += number("products.vial.lot_cv", 0.8, "1", "assumption: lots differ, nobody printed how much")

HEAD = """
schema_version = 1
title = "from the vial to the follicle"
[population]
subjects = 30
follicles = 300
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
severity = "norwood_iv"
spread = "typical"
[design]
kind = "KIND"
visits = { every = "4 weeks", until = "24 weeks" }
"""

UNTREATED = '\n[[arms]]\nlabel = "untreated"\nrole = "untreated"\n'


def arm(label, chain="", treatment="exosomes_umbilical_microneedling", amount="1e9 particles/cm2"):
    """Return an arm of four sessions, three weeks apart."""
    links = f"chain = {{ {chain} }}\n" if chain else ""
    return f"""
[[arms]]
label = "{label}"
role = "treatment"
[[arms.doses]]
treatment = "{treatment}"
amount = "{amount}"
every = "3 weeks"
count = 4
{links}"""


def gains(scenario, week):
    """Return the hairs/cm² over untreated at a week, by arm."""
    rows = summarise(simulate(scenario), ["hair_density"]).rows
    return {row.arm: row.difference for row in rows if row.week == week and row.difference}


# %% [markdown]
# ## From lot and vial to density
#
# The same product, five ways. `delivered` is what reaches the follicle relative to the study that
# set the potency (fresh, needles of 0.5 mm).

# %%
CHAINS = {
    "fresh, needles of 0.5 mm": 'product = "vial"',
    "fresh, needles of 1.5 mm": 'product = "vial", depth = "1.5 mm"',
    "kept 4 months, thawed twice": 'product = "vial", stored = "120 days", thaws = 2',
    "a lot of half the particles": "",
    "dabbed on whole skin": 'product = "vial", delivery = "dabbing"',
    "acts 3 weeks later": 'product = "vial", time_to_act = "3 weeks"',
}
one_lot = VIAL.replace("value = 0.8\n", "value = 0.0\n")  # lots come further down
arms = [
    arm(name, chain, amount="5e8 particles/cm2" if not chain else "1e9 particles/cm2")
    for name, chain in CHAINS.items()
]
same_people = HEAD.replace("KIND", "counterfactual")
vials = parse_scenario(same_people + one_lot + "".join(arms) + UNTREATED)
reached = {a.label: a.doses[0].delivered * a.doses[0].amount / 1e9 for a in vials.arms if a.doses}
vial_gains = gains(vials, 16)
print(f"{'':32}{'reaches the follicle':>22}{'hairs/cm² over untreated, week 16':>36}")
for name, share in reached.items():
    print(f"{name:32}{share:>22.3f}{vial_gains[name]:>36.1f}")

# %% [markdown]
# A session nearly saturates: half the particles cost few hairs, and needles three times as deep
# gain few. That is the shape of the assumed dose-response, and not a finding.
#
# ## What needles add
#
# Needles act by themselves, and they let something else in. The two are apart: `opens_skin` is a
# variant of microneedling that multiplies what gets in of a *topical* treatment, and its own effect
# goes on without it.

# %%
MINOXIDIL = """[[arms.doses]]
treatment = "minoxidil_topical_5"
amount = "1 mL"
every = "12 hours"
until = "24 weeks"
"""


def needled(label, *doses):
    """Return an arm with some doses."""
    return f'\n[[arms]]\nlabel = "{label}"\nrole = "treatment"\n{"".join(doses)}'


def needles(variant=""):
    """Return a dose line of weekly needling."""
    names = f'variants = ["{variant}"]\n' if variant else ""
    return f"""[[arms.doses]]
treatment = "microneedling"
amount = "1 session"
every = "1 week"
count = 16
{names}"""


both = [
    needled("needles", needles()),
    needled("minoxidil", MINOXIDIL),
    needled("both, skin stays shut", needles(), MINOXIDIL),
    needled("both, open for hours", needles("opens_skin"), MINOXIDIL),
    needled("both, open for days", needles("opens_covered_skin"), MINOXIDIL),
]
with_needles = parse_scenario(same_people + "".join(both) + UNTREATED)
for name, gain in gains(with_needles, 16).items():
    print(f"{name:32}{gain:>8.1f} hairs/cm² over untreated, week 16")

# %% [markdown]
# ## Lots
#
# A lot is the same for everybody it is given to, so that what it lacks does not average out over
# people. `power` runs the same trials with the planned lots, with one lot for all, and with lots
# that are all alike.

# %%
trial = HEAD.replace("KIND", "parallel").replace("follicles = 300", "follicles = 100")
placebo = needled("saline", needles().replace("1 week", "3 weeks").replace("16", "4"))
lots = parse_scenario(
    trial
    + VIAL
    + arm("exosomes", 'product = "vial", lots = 4', amount="4e8 particles/cm2")
    + placebo.replace('role = "treatment"', 'role = "placebo"')
)
answer = power(lots, [10, 20, 40], replicates=200, type_one=False)
print(f"{'':20}{'people':>8}{'power':>9}{'SD of the estimate':>22}{'people for 80 %':>18}")
for row in answer.lots:
    needed = "more" if row.for_80 is None else f"{row.for_80}"
    print(f"{row.lots:20}{row.people:>8}{row.power:>9.0%}{row.estimate_sd:>22.1f}{needed:>18}")

# %% [markdown]
# ## Which links rest on what
#
# | link | value | rests on |
# |---|---|---|
# | particles in the vial | 2e10 per mL | the label: an assay with an error of its own |
# | potency of the lot | 1, spread 0.8 | **assumption**: no lot was ever held against hair |
# | storage, thawing | half in 60 days, a fifth each | **assumption**; the direction is published |
# | share that gets in | 0.3 by needles, 0.02 without | **assumption**, never counted |
# | depth, punctures | half at 0.5 mm, at 100 per cm² | **assumption** |
# | time to act | none | **not known** |
# | half-life at the follicle | 10 days | **assumption** |
# | dose of half the effect | 2.5e8 particles/cm² | **assumption**: middle of doses on trial |
# | size of the effect | +26 hairs/cm² in 12 weeks | one series without a control |
#
# `follicle-sim treatments show exosomes_umbilical_microneedling` prints each with its source.
#
# ## What a controlled dose series would have to measure
#
# Three products that do nearly the same at the dose of the study, and differ in the dose of half
# the effect.

# %%
SHARES = np.array([1 / 32, 1 / 8, 1 / 4, 1 / 2, 1, 4])
HALF_DOSES = {"6e7": 6e7, "2.5e8": 2.5e8, "1e9": 1e9}


def product(name, half):
    """Return a treatment with another dose of half the effect, as strong at the study's dose.

    Between two sessions 4e8 of the 1e9 particles/cm2 are there on an average day.
    """
    why = "hypothesis of this notebook"
    potency = (4e8 + half) / (4e8 + 2.5e8)
    table = f"treatments.{name}"
    return (
        f'\n[{table}]\ntitle = "exosomes, half the effect at another dose"\n'
        'route = "topical_after_microneedling"\namount = "particles"\n'
        + number(f"{table}.disposition.half_life", 10.0, "d", why, "user")
        + f'\n[{table}.effect]\nkind = "emax"\n'
        + number(f"{table}.effect.ec50", half, "particles/cm2", why, "user")
        + number(f"{table}.effect.hill", 1.0, "1", why, "user")
        + number(f"{table}.effect.maximum", 1.0, "1", why, "user")
        + number(f"{table}.signature.FGF7", 1.0, "1", why, "user")
        + number(f"{table}.signature.VEGF", 0.559, "1", why, "user")
        + number(f"{table}.potency", potency, "1", why, "user")
    )


names = {text: f"half_{i}" for i, text in enumerate(HALF_DOSES)}
series = same_people + "".join(product(names[text], half) for text, half in HALF_DOSES.items())
for name in names.values():
    for share in SHARES:
        series += arm(f"{name} at {share:g}", "", name, f"{1e9 * share:g} particles/cm2")
series_gains = gains(parse_scenario(series + UNTREATED), 16)
curves = {
    text: [series_gains.get(f"{name} at {share:g}", 0.0) for share in SHARES]
    for text, name in names.items()
}
print(f"{'half the effect at':24}" + "".join(f"{share:>10.3g}" for share in SHARES))
for text, curve in curves.items():
    print(f"{text:24}" + "".join(f"{gain:>10.1f}" for gain in curve))

# %% [markdown]
# At the dose of the study they lie within a few hairs; an eighth of it, or four times, parts them.
# A single dose, however many people, cannot tell them. So a series needs
#
# - a control that is needled too (needles act by themselves),
# - three doses or more, one a quarter of the usual one or less and one four times it, of *one* lot,
# - particles counted in the skin (labelled, in scalp that is cut away anyway), by needle and hour:
#   then delivery and potency come apart, which density alone never tells,
# - counts every two weeks at first: only an early count knows the time to act,
# - then a second and a third lot at one dose in the middle, for the spread between lots.

# %%
figure, ax = plt.subplots(figsize=(9.0, 5.2))
greys = {"6e7": "#9ecae1", "2.5e8": "#0072b2", "1e9": "#08306b"}
for text, curve in curves.items():
    ax.plot(
        SHARES, curve, color=greys[text], lw=2, label=f"half the effect at {text} particles/cm²"
    )
for low, high in ((SHARES[0], 0.25), (3.0, 4.0)):
    ax.axvspan(low, high, color="#eeeeee", zorder=0)
ax.text(0.09, 27.0, "doses that tell\nthem apart", ha="center", fontsize=9, color="#5c5c5c")
ax.axvline(1.0, color="#5c5c5c", lw=0.8, ls=":")
ax.text(1.04, 0.6, "dose of\nthe study", fontsize=9, color="#5c5c5c")
marks = dict(zip(reached, "osD^vX", strict=True))
for name, share in reached.items():
    at = max(share, SHARES[0])
    ax.plot(at, vial_gains[name], marks[name], color="#d55e00", ms=8, mec="white", label=name)
ax.set_xscale("log")
ax.set_xticks(SHARES, ["1/32", "1/8", "1/4", "1/2", "1", "4"])
ax.minorticks_off()
ax.set_xlabel("what reaches the follicle, relative to the study")
ax.set_ylabel("hairs/cm² over untreated, week 16")
ax.set_title("One dose cannot tell what the vial, the needle and the potency each do", loc="left")
ax.spines[["top", "right"]].set_visible(False)
ax.legend(frameon=False, fontsize=8, ncols=1, loc="upper left", bbox_to_anchor=(1.0, 1.0))
figure.tight_layout()
