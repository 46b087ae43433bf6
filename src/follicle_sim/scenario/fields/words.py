"""Words that papers use for what a scenario file has a word of its own for.

A word is understood where its meaning is plain. Where it may mean two things, the reader is asked
which; where the program has no such thing, they are told what to write in its place. All keys are
folded (`follicle_sim.base.likeness.fold`): capitals, spaces and hyphens do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from follicle_sim.base.errors import shown
from follicle_sim.base.likeness import fold, same_name
from follicle_sim.scenario.fields.refusals import refuse


@dataclass(frozen=True)
class Words:
    """Other words for the names of one kind.

    Parameters
    ----------
    meaning
        Folded word to the name it stands for.
    questions
        Folded word to what must be asked, or told, before it can be understood.
    """

    meaning: Mapping[str, str] = field(default_factory=dict, hash=False)
    questions: Mapping[str, str] = field(default_factory=dict, hash=False)


def understand(value: object, options: Iterable[str], words: Words | None = None) -> object:
    """Return the name that a word stands for; a word that is not understood comes back as it is.

    Raises
    ------
    PydanticCustomError
        For a word that may mean several things, with the question.

    Examples
    --------
    >>> understand("Split scalp", ["split_scalp", "parallel"])
    'split_scalp'
    >>> understand("sham", ["treatment", "placebo"], ROLES)
    'placebo'
    """
    if not isinstance(value, str):
        return value
    listed = list(options)
    if value in listed:
        return value
    word = fold(value)
    words = words or Words()
    if word in words.questions:
        refuse(f"found {shown(value)}; {words.questions[word]}")
    name = same_name(value, listed) or words.meaning.get(word)
    return name if name in listed else value


def _named(**names: str) -> dict[str, str]:
    """Return folded word -> name, of name = "word, word"."""
    return {fold(word): name for name, words in names.items() for word in words.split(",")}


_KINDS_OF_CONTROL = (
    '"untreated" (nothing is done), "placebo" (the same handling without the drug: vehicle, saline '
    'or sham) or "active_control" (another treatment)'
)
_ASK_CONTROL = f"which kind of control? {_KINDS_OF_CONTROL}"

ROLES = Words(
    _named(
        placebo="vehicle, vehicle control, vehicle placebo, saline, saline control, saline "
        "injection, sham, sham control, sham device, placebo control, placebo group, dummy",
        untreated="no treatment, untreated control, no intervention, nothing, observation, "
        "natural history",
        treatment="verum, drug, intervention, experimental, treated, treatment group, "
        "active treatment, investigational",
        active_control="active comparator, positive control",
    ),
    dict.fromkeys(map(fold, ("control", "controls", "control group")), _ASK_CONTROL)
    | {
        "comparator": _ASK_CONTROL,
        "negativecontrol": _ASK_CONTROL,
        "active": '"treatment" (the one that is tried) or "active_control" (the one it is held '
        "against)?",
    },
)

KINDS = Words(
    _named(
        split_scalp="half head, half scalp, split head, split side, left right, intraindividual, "
        "within person",
        parallel="parallel group, parallel groups, parallel arms, two arm parallel",
        counterfactual="same people, twins",
    )
)

SEXES = Words(_named(male="man, men, males", female="woman, women, females"))

STATES = Words(
    _named(
        pregnancy="pregnant, pregnant women, gravidity",
        autoimmune_disease="autoimmune, autoimmunity, autoimmune diseases, autoimmune disorder",
        cancer="malignancy, malignancies, tumour, tumor, cancers",
        anticoagulants="anticoagulant, anticoagulation, blood thinners, blood thinner",
        low_platelets="thrombocytopenia, few platelets, low platelet count",
        infection="infections, active infection, scalp infection",
        smoking="smokers, smoker, tobacco",
        liver_disease="hepatic disease, liver diseases",
    )
)

CONDITIONS = Words(
    _named(
        aga_male="male pattern, male pattern hair loss, male pattern baldness, mphl, "
        "male androgenetic alopecia, male aga, androgenetic alopecia male",
        aga_female="female pattern, female pattern hair loss, fphl, female androgenetic alopecia, "
        "female aga, androgenetic alopecia female",
        healthy="normal, no hair loss, healthy scalp",
        ageing="aging, senescent alopecia",
        telogen_effluvium="te, acute telogen effluvium, effluvium",
        chronic_telogen_effluvium="cte, chronic effluvium",
        postpartum="pregnancy, birth, delivery, postpartum effluvium",
        postcovid="covid, covid-19, fever, postfebrile effluvium",
        chemotherapy="chemo, anagen effluvium, cia",
        lichen_planopilaris="lpp, scarring alopecia, cicatricial alopecia",
        frontal_fibrosing_alopecia="ffa",
    ),
    dict.fromkeys(
        map(fold, ("aga", "androgenetic alopecia", "pattern hair loss", "androgenic alopecia")),
        'of men ("aga_male") or of women ("aga_female")?',
    )
    | dict.fromkeys(
        map(fold, ("menopause", "postmenopausal", "postmenopause", "premenopausal")),
        'the model has no menopause; write "aga_female" and give population.age, such as '
        'age = ["50 years", "65 years"]',
    ),
)

REGIONS = Words(
    _named(
        frontal="front, forelock, frontal scalp, frontal region, anterior scalp, hairline",
        midscalp="mid, mid-scalp, mid scalp, midscalp region, top",
        vertex="crown, the vertex, vertex scalp, vertex transition",
        temporal="temple, temples, temporal region",
        parietal="side, sides, parietal region",
        occipital="occiput, donor, donor area, back, back of the head, occipital region",
    )
)

METHODS = Words(
    _named(
        macrophotography="macrophotograph, macro photograph, macrophoto, hair count in a circle",
        trichoscopy="dermoscopy, dermatoscopy, videodermoscopy, trichoscope, folliscope",
        phototrichogram="trichogram photograph",
        global_photo="global photography, global photograph, standardised photographs",
        comb_count="60 second comb count, 60 s comb",
        hair_pull="pull test, hair pull test",
        salt_score="salt, severity of alopecia tool, salt scoring",
    ),
    dict.fromkeys(
        map(fold, ("biopsy", "scalp biopsy", "punch biopsy", "4 mm punch", "4-mm punch biopsy")),
        "a biopsy counts follicles, not hairs, and no instrument here takes one: give its "
        "terminal and vellus follicles as the follicles people have, "
        'population.follicle_density = "30 terminal and 5 vellus follicles per 4-mm punch", and '
        "name the method that counts hairs",
    ),
)

_HELMET = (
    'the library has one light device, "laser_comb" (fitted to combs; three sessions a week): '
    "write that if a helmet does the same, or bring a [treatments.NAME] table of your own"
)

TREATMENTS = Words(
    _named(
        minoxidil_topical_2="minoxidil 2 %, minoxidil 2 % solution, topical minoxidil 2 %, "
        "2 % minoxidil, 2 % minoxidil solution, 2 % topical minoxidil, minoxidil 2 percent",
        minoxidil_topical_5="minoxidil 5 %, minoxidil 5 % solution, topical minoxidil 5 %, "
        "5 % minoxidil, 5 % minoxidil solution, 5 % topical minoxidil, minoxidil 5 percent",
        minoxidil_foam_5="minoxidil 5 % foam, 5 % minoxidil foam, minoxidil foam, minoxidil foam "
        "5 %",
        prp_injection="prp, platelet rich plasma, platelet-rich plasma injection, prp injections",
        saline_injection="saline, saline injections, injected saline, normal saline",
        vehicle="vehicle solution, vehicle lotion, vehicle foam, carrier",
        microneedling="dermaroller, derma roller, needling, microneedle, dermapen",
        hair_transplant="transplant, hair transplantation, fue, follicular unit extraction",
        laser_comb="lasercomb, laser comb device, hairmax lasercomb",
        baricitinib_oral="olumiant, baricitinib, oral baricitinib, baricitinib tablets",
        ritlecitinib_oral="litfulo, ritlecitinib, oral ritlecitinib, ritlecitinib capsules",
        deuruxolitinib_oral="leqselvi, ctp-543, deuruxolitinib, oral deuruxolitinib",
        upadacitinib_oral="rinvoq, upadacitinib, oral upadacitinib",
        tofacitinib_oral="xeljanz, tofacitinib, oral tofacitinib",
        prednisolone_oral="prednisolone, oral prednisolone, prednisolone tablets",
        triamcinolone_intralesional="kenalog, intralesional triamcinolone, triamcinolone, ilta, "
        "triamcinolone acetonide, intralesional steroid, intralesional corticosteroid",
        clobetasol_topical="clobetasol, clobetasol propionate, topical clobetasol, temovate, "
        "dermovate",
        contact_immunotherapy="dpcp, dcp, diphencyprone, diphenylcyclopropenone, sadbe, squaric "
        "acid, squaric acid dibutylester, topical immunotherapy, contact sensitiser",
        methotrexate_oral="methotrexate, mtx, oral methotrexate",
        hydroxychloroquine_oral="plaquenil, hydroxychloroquine, hcq, oral hydroxychloroquine",
        scalp_cooling="cold cap, cold caps, cold capping, scalp hypothermia, cooling cap, "
        "scalp cooling system, paxman, dignicap",
    ),
    dict.fromkeys(
        map(
            fold,
            (
                "laser helmet",
                "laser_helmet",
                "laser cap",
                "helmet",
                "lllt",
                "low level laser",
                "low-level laser therapy",
                "photobiomodulation",
                "laser",
            ),
        ),
        _HELMET,
    )
    | dict.fromkeys(
        map(fold, ("steroid", "steroids", "corticosteroid", "corticosteroids", "cortisone")),
        'which one? "prednisolone_oral", "triamcinolone_intralesional" (into the patch) or '
        '"clobetasol_topical"',
    )
    | dict.fromkeys(
        map(fold, ("jak inhibitor", "jak inhibitors", "jaki", "oral jak inhibitor")),
        'which one? "baricitinib_oral", "ritlecitinib_oral", "deuruxolitinib_oral", '
        '"upadacitinib_oral" or "tofacitinib_oral"',
    )
    | {
        "prednisone": "prednisone becomes prednisolone in the body, nearly mg for mg: write "
        '"prednisolone_oral"',
        "sham": 'a sham does nothing here: give the arm role = "placebo" and no doses',
        "placebo": 'a placebo does nothing here: give the arm role = "placebo" and no doses, or '
        'doses of "vehicle" or "saline_injection"',
    },
)

_STRENGTH = re.compile(
    r"(?:topical)?minoxidil\D*?(\d+(?:[.,]\d+)?)\s*(?:%|percent)|"
    r"(\d+(?:[.,]\d+)?)\s*(?:%|percent)\s*(?:topical\s*)?minoxidil"
)


_NAMED_STRENGTH = re.compile(r"minoxidil (?:topical |solution )?(\d+(?:[.,]\d+)?)")


def refuse_strength(value: object) -> None:
    """Refuse a strength of minoxidil that the library does not hold, with how to write it.

    1 mL of 3 % holds as much as 0.6 mL of 5 %, and the model asks for nothing else of a solution.
    """
    text = value.lower().replace("_", " ") if isinstance(value, str) else ""
    match = _STRENGTH.search(text) or _NAMED_STRENGTH.fullmatch(text)
    if match is None:
        return
    digits = next(group for group in match.groups() if group)
    percent = float(digits.replace(",", "."))
    if percent in (2.0, 5.0) or not 0.0 < percent <= 15.0:
        return
    refuse(
        f"found {shown(value)}; the library has minoxidil of 2 % and 5 %, which differ in strength "
        f"alone: each mL of {percent:g} % is as much drug as {percent / 5:g} mL of "
        f'"minoxidil_topical_5", so write that with amount = "{percent / 5:g} mL"'
    )


TESTS = Words(
    _named(
        t_test="student t test, students t test, student's t test, unpaired t test, independent "
        "t test, two sample t test",
        paired_t="paired t test, paired students t test, paired student's t test, dependent t test",
        welch="welch t test, welch test, unequal variances t test",
        wilcoxon="mann whitney, mann whitney u, mann whitney u test, wilcoxon rank sum, rank sum, "
        "wilcoxon rank sum test",
        signed_rank="wilcoxon signed rank, wilcoxon signed rank test, signed rank test",
        ancova="analysis of covariance",
        mmrm="mixed model repeated measures, mixed model for repeated measures",
        mixed_model="linear mixed model, mixed effects model, lmm",
    ),
    dict.fromkeys(
        map(fold, ("anova", "analysis of variance", "one way anova")),
        'of two arms that is "t_test"; "ancova" adjusts for the baseline too',
    )
    | dict.fromkeys(
        map(fold, ("repeated measures anova", "two way anova")),
        'repeated visits of a person are analysed by "mmrm"',
    ),
)

ENDPOINTS = Words(
    _named(
        hair_density="hair count, hair counts, total hair count, target area hair count, tahc, "
        "total hair density, number of hairs, hairs per cm2, hairs/cm2",
        terminal_density="terminal hair count, terminal hair density, terminal hairs, "
        "non-vellus hair count, non-vellus hair density, non-vellus hairs, nonvellus",
        vellus_density="vellus hair count, vellus hair density, vellus hairs",
        shaft_calibre="hair diameter, hair thickness, shaft diameter, hair calibre, hair caliber, "
        "mean hair diameter, hair shaft diameter",
        anagen_fraction="anagen, anagen share, anagen rate, anagen percentage, anagen hairs, "
        "anagen ratio",
        telogen_fraction="telogen, telogen share, telogen rate, telogen percentage, telogen hairs",
        anagen_telogen_ratio="a/t ratio, anagen to telogen ratio, anagen/telogen",
        growth_rate="hair growth rate, growth speed, linear growth rate",
        global_rating="global photographic assessment, global assessment, panel rating, gpa",
        hair_weight="weight of hair, interval hair weight",
        pull_count="hairs pulled, pull test",
        salt="salt score, severity of alopecia tool, severity of alopecia tool score",
        cover="hair cover, scalp cover, scalp hair cover",
    ),
    {
        "density": 'of which hairs? "hair_density" (all that are counted), "terminal_density" or '
        '"vellus_density"'
    },
)

NAMES: Mapping[str, Words] = {
    "treatment": TREATMENTS,
    "condition": CONDITIONS,
    "method": METHODS,
    "region": REGIONS,
    "state of health": STATES,
}
"""Other words by the kind of thing they name."""
