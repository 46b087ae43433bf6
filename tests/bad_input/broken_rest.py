"""Edits of the full example that break other parts, and whole files that are broken."""

from scenario_examples import SMALL

# name: (text to replace in the full example, its replacement, what the message must say)
REST = {
    "plan_with_unknown_key": (
        "imputations",
        "imputatons",
        ["analysis.imputatons: unknown key", 'did you mean "imputations"?'],
    ),
    "plan_with_unknown_method": (
        '"paired_t"',
        '"paired_tt"',
        ['analysis.method: found "paired_tt"', 'did you mean "paired_t"?'],
    ),
    "plan_with_unseen_endpoint": (
        'endpoint = "terminal_density"',
        'endpoint = "terminal_densty"',
        ["analysis.endpoint", "does not see", 'did you mean "terminal_density"?'],
    ),
    "plan_at_no_visit": (
        'endpoint = "terminal_density"',
        'endpoint = "terminal_density"\nat = "49 weeks"',
        ["analysis.at: nobody is seen at 49 weeks; visits: 4 weeks, 8 weeks"],
    ),
    "plan_with_unknown_arm": (
        'treatment = "finasteride"\ncontrol',
        'treatment = "finastride"\ncontrol',
        ["analysis.comparisons[0].treatment: unknown arm", 'did you mean "finasteride"?'],
    ),
    "plan_with_one_arm_twice": (
        'control = "placebo"',
        'control = "finasteride"',
        ["analysis.comparisons[0].control: the same arm twice"],
    ),
    "plan_that_imputes_without_standard_error": (
        'missing = "complete_cases"',
        'missing = "jump_to_reference"',
        ["analysis.missing: jump_to_reference needs a standard error between two arms"],
    ),
    "plan_with_two_thresholds": (
        'responder_gain = "12 cm-2"',
        'responder_gain = "12 cm-2"\nresponder_share = "10%"',
        ["analysis.responder_share: responder_gain and responder_share exclude each other"],
    ),
    "plan_with_a_level_of_what_should_rise": (
        'responder_gain = "12 cm-2"',
        "responder_below = 20",
        [
            "analysis.responder_below: less of terminal_density is no response",
            "salt",
            "responder_gain",
        ],
    ),
    "plan_with_alpha_in_percent": (
        "alpha = 0.025",
        "alpha = 5",
        ["analysis.alpha: found 5; allowed: 0.0001 to 0.5"],
    ),
    "unknown_study": (
        '"kaufman_1998"',
        '"kaufmann_1998"',
        ["compare[0].study", "unknown study", 'did you mean "kaufman_1998"?'],
    ),
    "unknown_study_arm": (
        '"finasteride_1mg"}',
        '"finasteride_5mg"}',
        [
            "compare[0].arms.finasteride",
            "unknown arm of kaufman_1998; allowed: placebo, finasteride_1mg",
        ],
    ),
    "compare_with_unknown_arm": (
        'finasteride = "finasteride_1mg"}',
        'finastride = "finasteride_1mg"}',
        ["compare[0].arms.finastride: unknown arm of this scenario", 'did you mean "finasteride"?'],
    ),
    "compare_without_arms": (
        'arms = {placebo = "placebo", finasteride = "finasteride_1mg"}',
        "arms = {}",
        ["compare[0].arms: found an empty table"],
    ),
    "compare_not_a_list": (
        "[[compare]]",
        "[compare]",
        ["compare: found a table; a list is needed", "[[compare]]"],
    ),
    "unknown_parameter": (
        "anagen_mean",
        "anagen_meen",
        ["biology.anagen_meen: unknown biology parameter", 'did you mean "anagen_mean"?'],
    ),
    "parameter_out_of_bounds": (
        '"900 days"',
        '"9000 days"',
        ['biology.anagen_mean: found "9000 days"; allowed: 30 days to 3000 days'],
    ),
    "parameter_without_unit": (
        '"900 days"',
        "900",
        ["biology.anagen_mean: found 900 without a unit"],
    ),
    "parameter_with_needless_unit": (
        "kenogen_cv = 0.5",
        'kenogen_cv = "0.5 mm"',
        ["biology.kenogen_cv", "a length", "a plain number"],
    ),
    "trillion_follicles": (
        "follicles = 1000",
        "follicles = 1e12",
        ["population.follicles: found 1e+12; allowed: a whole number from 1 to 1,000,000"],
    ),
    "too_many_in_all": (
        "subjects = 50",
        "subjects = 1_000_000_000",
        ["population.subjects: found 1000000000", "1 to 1,000,000"],
    ),
    "product_too_large": (
        "replicates = 2",
        "replicates = 1_000_000",
        [
            "population: 2 arms x 50 subjects x 1,000 follicles x 1,000,000 replicates",
            "= 100,000,000,000 follicles; allowed: 5,000,000,000",
        ],
    ),
    "no_subjects": (
        "subjects = 50",
        "subjects = 0",
        ["population.subjects: found 0; allowed: a whole number from 1"],
    ),
    "half_a_subject": (
        "subjects = 50",
        "subjects = 1.5",
        ["population.subjects: found 1.5", "whole number"],
    ),
    "subjects_true": (
        "subjects = 50",
        "subjects = true",
        ["population.subjects: found true", "whole number"],
    ),
    "subjects_text": (
        "subjects = 50",
        'subjects = "fifty"',
        ['population.subjects: found "fifty"', "whole number"],
    ),
    "subjects_missing": (
        "subjects = 50\n",
        "",
        ["population.subjects: missing; required: subjects per arm"],
    ),
    "nan": (
        "reader_error = 0.05",
        "reader_error = nan",
        ["instrument.reader_error: found nan; a finite number"],
    ),
    "infinity": (
        "growth = 0.1",
        "growth = inf",
        ["population.spread.growth: found inf; a finite number"],
    ),
    "negative_spread": (
        "growth = 0.1",
        "growth = -0.1",
        ["population.spread.growth: found -0.1; allowed: 0 to 10"],
    ),
    "no_area": (
        '"5.067 cm2"',
        '"0 cm2"',
        ['population.target_area: found "0 cm2"; allowed: more than 0 cm2'],
    ),
    "adherence_above_one": (
        "adherence = 0.9",
        "adherence = 1.5",
        ["arms[1].doses[0].adherence: found 1.5; allowed: 0 to 1"],
    ),
    "count_and_until": (
        'until = "104 weeks"\nduration',
        'until = "104 weeks"\ncount = 3\nduration',
        ["arms[1].doses[0].until: count and until exclude each other"],
    ),
    "every_without_end": (
        'until = "104 weeks"\nduration',
        "duration",
        ['arms[1].doses[0].every: "every" needs "count" or "until"'],
    ),
    "until_without_every": (
        'every = "1 day"\n',
        "",
        ['arms[1].doses[0].until: "until" needs "every"'],
    ),
    "count_without_every": (
        'every = "1 week"\ncount',
        "count",
        ['arms[1].doses[1].count: 12 doses need "every"'],
    ),
    "every_zero": (
        'every = "1 day"',
        'every = "0 days"',
        ['arms[1].doses[0].every: found "0 days"; allowed: more than 0 days'],
    ),
    "until_before_start": (
        'start = "1 week"',
        'start = "3 years"',
        ["arms[1].doses[0].until: found 104 weeks; allowed: after the start (3 years)"],
    ),
    "too_many_doses": (
        'every = "1 day"',
        'every = "1 s"',
        ["arms[1].doses[0].every", "at most 100,000 doses"],
    ),
    "count_zero": (
        "count = 12",
        "count = 0",
        ["arms[1].doses[1].count: found 0; allowed: a whole number from 1"],
    ),
    "start_before_the_run": (
        'start = "1 week"',
        'start = "-60 years"',
        ["arms[1].doses[0].start: found -60 years; allowed: ", "as the run begins there"],
    ),
    "start_before_everything": (
        'start = "1 week"',
        'start = "-201 years"',
        ['arms[1].doses[0].start: found "-201 years"; allowed: -200 years to 200 years'],
    ),
    "schema_version_missing": (
        "schema_version = 1\n",
        "",
        ["schema_version: missing; required: 1"],
    ),
    "schema_version_two": (
        "schema_version = 1",
        "schema_version = 2",
        ["schema_version: found 2", "reads 1"],
    ),
    "schema_version_true": (
        "schema_version = 1",
        "schema_version = true",
        ["schema_version: found true"],
    ),
    "kind_missing": (
        'kind = "counterfactual"\n',
        "",
        ["design.kind: missing; required: counterfactual", "parallel"],
    ),
    "kind_unknown": (
        'kind = "counterfactual"',
        'kind = "crosover"',
        ['design.kind: found "crosover"', 'did you mean "crossover"?', "counterfactual, parallel"],
    ),
    "title_a_number": (
        'title = "Finasteride against placebo"',
        "title = 5",
        ["title: found 5; allowed: text in quotes"],
    ),
    "date_for_text": (
        'title = "Finasteride against placebo"',
        "title = 2024-01-01",
        ["title: found the date 2024-01-01"],
    ),
    "table_for_value": ("seed = 7", "seed = {a = 1}", ["run.seed: found a table"]),
    "memory_limit_bare": (
        '"1 GB"',
        "1000",
        ["record.memory_limit: found 1000 without a unit", '"2 GB"'],
    ),
    "memory_limit_misspelt": ('"1 GB"', '"1 GiG"', ["record.memory_limit", 'unknown unit "GiG"']),
    "unknown_variable": (
        '"shaft_calibre"',
        '"shaft_caliber"',
        ["record.variables[1]", "unknown variable", 'did you mean "shaft_calibre"?'],
    ),
    "variable_twice": (
        '"shaft_calibre"',
        '"hair_density"',
        ['record.variables[1]: found "hair_density" twice'],
    ),
    "no_variables": (
        '["hair_density", "shaft_calibre"]',
        "[]",
        ["record.variables: found an empty list"],
    ),
    "flag_as_text": (
        "follicles = true",
        'follicles = "yes"',
        ['record.follicles: found "yes"; allowed: true or false'],
    ),
    "seed_negative": (
        "seed = 7",
        "seed = -7",
        ["run.seed: found -7; allowed: a whole number from 0 to 4,294,967,295"],
    ),
    "seed_too_large": ("seed = 7", "seed = 4294967296", ["run.seed: found 4294967296"]),
    "seed_of_many_digits": ("seed = 7", "seed = " + "9" * 5000, ["too many digits"]),
    "history_negative": (
        '"5 years"',
        '"-5 years"',
        ['run.history: found "-5 years"; allowed: 0 days to 200 years'],
    ),
    "step_too_fine": (
        '"0.25 days"',
        '"1 s"',
        ["run.forcing_step", "steps in the run; allowed: 1,000,000"],
    ),
    "sex_unknown": (
        'sex = "male"',
        'sex = "m"',
        ['population.sex: found "m"; allowed: male, female'],
    ),
    "misspelt_key": (
        'every = "1 day"',
        'intervl = "1 day"',
        ['arms[1].doses[0].intervl: unknown key; did you mean "every"?'],
    ),
    "key_in_the_wrong_table": (
        "seed = 7",
        'seed = 7\nkind = "parallel"',
        ["run.kind: unknown key; allowed: seed, replicates"],
    ),
    "key_twice": (
        "seed = 7",
        "seed = 7\nseed = 8",
        ["line ", "not valid TOML", 'found "seed = 8"'],
    ),
    "table_twice": ("[biology]", "[run]\n[biology]", ["line ", "cannot declare run twice"]),
    "open_quote": (
        'title = "Finasteride against placebo"',
        'title = "Finasteride',
        ["line 2, column ", "not valid TOML", "title ="],
    ),
    "open_bracket": (
        'variables = ["hair_density", "shaft_calibre"]',
        'variables = ["hair_density"',
        ["line ", "not valid TOML"],
    ),
    "deep_nesting": ("seed = 7", "seed = " + "[" * 20000, ["nested too deeply"]),
}

# name: (whole text or bytes of the file, what the message must say)
TEXTS = {
    "empty": ("", ["empty; a scenario needs at least schema_version"]),
    "whitespace_only": (" \n\t\n", ["empty; a scenario needs"]),
    "comment_only": ("# later\n", ["population: missing", "arms: missing", "design: missing"]),
    "not_utf8": (
        SMALL.replace("Untreated", "Caf\u00e9").encode("latin-1"),
        ["not UTF-8", "line 2"],
    ),
    "utf16": (SMALL.encode("utf-16"), ["is not UTF-8 text (byte 0xff on line 1)"]),
    "binary": (bytes(range(256)), ["is a binary file; a scenario file is a text (TOML)"]),
    "zero_bytes": (b"\0" * 100, ["is a binary file; a scenario file is a text (TOML)"]),
    "picture": (b"\x89PNG\r\n\x1a\n", ["is a PNG picture; a scenario file is a text (TOML)"]),
    "json": ('{"schema_version": 1}', ["line 1, column 1", "not valid TOML"]),
    "value_for_table": ("run = 5\n" + SMALL, ["run: found 5; a table is needed"]),
    "no_such_key": ("color = 5\n" + SMALL, ["color: unknown key; allowed: schema_version, title"]),
    "no_follicle_fits": (
        SMALL.replace('"1 cm2"', '"1e-9 cm2"'),
        ["population.follicle_density: ", "less than one follicle"],
    ),
    "too_many_arms": (
        SMALL + "".join(f'[[arms]]\nlabel = "{n}"\nrole = "untreated"\n' for n in range(64)),
        ["arms: found 65 entries; allowed: 1 to 64"],
    ),
    "empty_arms": (
        "arms = []\n" + SMALL.replace('[[arms]]\nlabel = "untreated"\nrole = "untreated"\n', ""),
        ["arms: found an empty list; allowed: 1 to 64 [[arms]] tables"],
    ),
    "extends_itself": (
        'extends = "extends_itself.toml"\n' + SMALL,
        ["extends: comes back to itself: extends_itself.toml -> extends_itself.toml"],
    ),
    "extends_missing": (
        'extends = "no_such_kye.toml"\n',
        ["extends: ", "no such file", 'no_such_key.toml"?'],
    ),
    "extends_a_number": ("extends = 5\n", ["extends: found 5; allowed: the name of one"]),
    "extends_nothing": ('extends = ""\n', ['extends: found ""; allowed: the name of one']),
    "extends_impossible_name": (
        'extends = "a\\u0000b"\n',
        ["extends: "],
    ),
    "extends_misspelt": (
        'extens = "base.toml"\n',
        ['extens: unknown key; did you mean "extends"?'],
    ),
}
