"""Edits of the full example that break its arms, doses, visits and population."""

VISITS = '{every = "4 weeks", until = "104 weeks"}'

# name: (text to replace in the full example, its replacement, what the message must say)
PEOPLE = {
    "missing_unit": (
        '"20 um"',
        "20",
        ["instrument.detection_calibre: found 20 without a unit", '"30 um"'],
    ),
    "missing_unit_in_text": (
        '"1 week"\nevery = "1 day"',
        '"1"\nevery = "1 day"',
        ["arms[1].doses[0].start", 'found "1" without a unit', '"4 weeks"'],
    ),
    "bare_amount": (
        '"1 mg"',
        "1",
        ["arms[1].doses[0].amount: found 1; an amount with a unit", '"1 mg"'],
    ),
    "unquoted_quantity": ('"1 mg"', "1 mg", ["line ", "not valid TOML", "stands in quotes"]),
    "negative_dose": (
        '"1 mg"',
        '"-1 mg"',
        ['arms[1].doses[0].amount: found "-1 mg"; allowed: 0 mg to'],
    ),
    "wrong_unit_dimension": (
        'every = "1 day"',
        'every = "1 mm"',
        ["arms[1].doses[0].every", 'found "1 mm", a length', "a time with a unit"],
    ),
    "unknown_unit": (
        'every = "1 day"',
        'every = "1 dya"',
        ['unknown unit "dya"', 'did you mean "day"?'],
    ),
    "amount_of_another_dimension": (
        '"1 mg"',
        '"1 mL"',
        ['found "1 mL", a volume', "finasteride is dosed by mass"],
    ),
    "unit_of_amount_apart": (
        'amount = "1 mg"',
        'amount = "1 mg"\namount_dimension = "mass"',
        ["arms[1].doses[0].amount_dimension: unknown key"],
    ),
    "duplicate_arm_labels": (
        'label = "finasteride"',
        'label = "placebo"',
        ['arms[1].label: found "placebo", already the label of arms[0]'],
    ),
    "empty_label": ('label = "finasteride"', 'label = " "', ["arms[1].label: found empty text"]),
    "label_of_two_lines": (
        'label = "finasteride"',
        'label = "a\\nb"',
        ["arms[1].label", "one line"],
    ),
    "no_arms": ("[[arms]]", "[[armz]]", ['armz: unknown key; did you mean "arms"?']),
    "arms_not_a_list": (
        '[[arms]]\nlabel = "placebo"\nrole = "placebo"\n\n[[arms]]',
        "[arms]",
        ["arms: found a table; a list is needed", "[[arms]]"],
    ),
    "unknown_role": (
        'role = "treatment"',
        'role = "treatmnt"',
        ['arms[1].role: found "treatmnt"', 'did you mean "treatment"?', "active_control"],
    ),
    "role_missing": ('role = "treatment"\n', "", ["arms[1].role: missing", "placebo"]),
    "visits_out_of_order": (
        VISITS,
        '["0 days", "8 weeks", "4 weeks"]',
        ['design.visits[2]: found "4 weeks"', "after 8 weeks"],
    ),
    "visit_twice": (
        VISITS,
        '["0 days", "4 weeks", "28 days"]',
        ['design.visits[2]: found "28 days"', "after 4 weeks"],
    ),
    "negative_visit": (
        VISITS,
        '["-4 weeks", "0 days"]',
        ['design.visits[0]: found "-4 weeks"; allowed: 0 days to 200 years'],
    ),
    "no_baseline_visit": (VISITS, '["4 weeks"]', ["design.visits: no baseline visit", '"0 days"']),
    "no_visits": (VISITS, "[]", ["design.visits: found an empty list", '"0 days"']),
    "visit_without_unit": (
        VISITS,
        "[0, 4]",
        ["design.visits[0]: found 0 without a unit", "design.visits[1]: found 4"],
    ),
    "visits_a_number": (VISITS, "12", ["design.visits: found 12; allowed: a list such as"]),
    "visits_too_many": (
        '{every = "4 weeks", until',
        '{every = "1 s", until',
        ["design.visits", "visits; allowed: at most 10,000"],
    ),
    "visits_never": (
        '{every = "4 weeks", until',
        '{every = "0 weeks", until',
        ['design.visits.every: found "0 weeks"; allowed: more than 0 days'],
    ),
    "visits_without_until": (', until = "104 weeks"}', "}", ["design.visits.until: missing"]),
    "visits_key_misspelt": (
        "{every =",
        "{evry =",
        ['design.visits.evry: unknown key; did you mean "every"?'],
    ),
    "unknown_treatment": (
        'treatment = "finasteride"',
        'treatment = "finastride"',
        ["arms[1].doses[0].treatment", "unknown treatment", 'did you mean "finasteride"?'],
    ),
    "route_of_another_treatment": (
        'route = "oral"',
        'route = "topical"',
        ['arms[1].doses[0].route: found "topical"', "allowed: oral"],
    ),
    "unknown_condition": (
        '"aga_male"',
        '"aga_mael"',
        ["population.condition", "unknown condition", 'did you mean "aga_male"?'],
    ),
    "unknown_severity": (
        '"norwood_iii"',
        '"norwood_9"',
        [
            "population.severity",
            "unknown grade of aga_male",
            "allowed: norwood_ii, norwood_iii, norwood_iv",  # none of them is near
        ],
    ),
    "severity_as_a_bare_number": (
        '"norwood_iii"',
        "3",
        [
            "population.severity: found 3, which may be a grade or a multiple",
            "a grade of aga_male (norwood_ii, norwood_iii, norwood_iv)",
            "with a decimal point, 3.0, that many times the fitted severity",
        ],
    ),
    "severity_of_another_scale": (
        '"norwood_iii"',
        '"Ludwig 2"',
        ["unknown grade of aga_male: the Ludwig scale is one of female", "norwood_iv"],
    ),
    "severity_of_a_scale_without_a_table": (
        '"norwood_iii"',
        '"Sinclair 3"',
        ["unknown grade of aga_male: no published table turns Sinclair's", "norwood_iv"],
    ),
    "severity_as_basp": (
        '"norwood_iii"',
        '"M2V1"',
        ["unknown grade of aga_male: no published table turns BASP types", "norwood_iv"],
    ),
    "severity_as_salt": (
        '"norwood_iii"',
        '"SALT 60"',
        ["unknown grade of aga_male: SALT is the share of the scalp", "norwood_iv"],
    ),
    "severity_no_grade_of_the_scale": (
        '"norwood_iii"',
        '"Norwood 8"',
        ['found "Norwood 8", unknown grade of aga_male; allowed: norwood_ii, norwood_iii'],
    ),
    "region_unknown": (
        'severity = "norwood_iii"',
        'severity = "norwood_iii"\nregion = "vertx"',
        ['population.region: found "vertx", unknown region; did you mean "vertex"?'],
    ),
    "region_beside_a_whole_scalp": (
        'severity = "norwood_iii"',
        'severity = "norwood_iii"\nregion = "vertex"\nscalp = "regions"',
        ['population.region: found "vertex" beside population.scalp', "leave one of them out"],
    ),
    "pattern_without_a_map": (
        'severity = "norwood_iii"',
        'severity = "norwood_iii_vertex"',
        [
            'population.severity: found "norwood_iii_vertex", which differs from norwood_iii in '
            "where hair is lost",
            'population.scalp = "regions"',
        ],
    ),
    "count_of_a_whole_scalp": (
        'follicle_density = "300 cm-2"\n',
        'hair_density = "140 cm-2"\nscalp = "regions"\n',
        ["population.hair_density: a count is of one target area", "population.region"],
    ),
    "map_unknown": (
        'severity = "norwood_iii"',
        'severity = "norwood_iii"\nscalp = "region"',
        ['population.scalp: found "region", unknown map of the scalp; did you mean "regions"?'],
    ),
    "severity_between_two_grades": (
        '"norwood_iii"',
        '"Norwood III-IV"',
        ['found "Norwood III-IV", unknown grade of aga_male; allowed: norwood_ii, norwood_iii'],
    ),
    "neither_follicles_nor_hairs": (
        'follicle_density = "300 cm-2"\n',
        "",
        [
            "population.follicle_density: missing; required: follicles",
            "hair_density, terminal_density",
        ],
    ),
    "hairs_beside_follicles_and_severity": (
        'follicle_density = "300 cm-2"',
        'follicle_density = "300 cm-2"\nhair_density = "140 cm-2"',
        [
            "population.hair_density: found beside follicle_density and severity",
            "leave out severity",
        ],
    ),
    "two_counts_of_one_baseline": (
        'follicle_density = "300 cm-2"',
        'hair_density = "140 cm-2"\nhair_count = 140',
        ["population.hair_count: found beside hair_density", "leave one of them out"],
    ),
    "follicles_where_hairs_are_counted": (
        'follicle_density = "300 cm-2"',
        'terminal_density = "140 follicles/cm2"',
        ["population.terminal_density: found", "counted hairs are meant; allowed: hairs per area"],
    ),
    "count_per_area": (
        'follicle_density = "300 cm-2"',
        'hair_count = "140 hairs/cm2"',
        ["population.hair_count: found", 'in its place hair_density = "140 hairs/cm2"'],
    ),
    "count_of_nothing": (
        'follicle_density = "300 cm-2"',
        'hair_count = "many"',
        ['population.hair_count: found "many"'],
    ),
    "severity_without_grades": (
        'condition = "aga_male"',
        'condition = "healthy"',
        ["population.severity", "healthy has no named grades: give a number"],
    ),
    "severity_negative": ('"norwood_iii"', "-1", ["population.severity: found -1; allowed: 0 to"]),
}
