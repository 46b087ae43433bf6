"""Integer codes that appear in results and in the counters of the random draws.

They are append-only: a stored result, or a seed quoted in a paper, must mean the same for ever.
"""

from enum import IntEnum


class Phase(IntEnum):
    """Phase of a follicle. The order is the order of the cycle; LOST is permanent."""

    ANAGEN = 0
    CATAGEN = 1
    TELOGEN = 2
    KENOGEN = 3
    LOST = 4


CYCLE = (Phase.ANAGEN, Phase.CATAGEN, Phase.TELOGEN, Phase.KENOGEN)
"""The four phases a living follicle passes through, in order."""

NO_FOLLICLE = 255
"""Phase recorded where a subject has fewer follicles than the widest record has columns."""

PHASE_NAMES = tuple(phase.name.lower() for phase in Phase)


class Decision(IntEnum):
    """What a random draw decides: the last word of its Philox counter.

    0-3 are the intrinsic durations of the phases of that number.
    """

    DURATION_ANAGEN = 0
    DURATION_CATAGEN = 1
    DURATION_TELOGEN = 2
    DURATION_KENOGEN = 3
    INITIAL_PHASE = 4
    INITIAL_DURATION = 5
    ATTACK = 6
    DESTRUCTION = 7
    STRATUM = 8
    FULL_CALIBRE = 9
    SITE = 10
    FOLLICULAR_UNIT = 11
    ATTACK_FALLS = 12
    FOLLICLE_DENSITY = 16
    SEVERITY = 17
    PROGRESSION = 18
    POTENCY = 19
    ADHERENCE = 20
    GROWTH = 21
    READER = 22
    RESPONDER = 23
    PERSON_EFFECT = 24
    BATCH = 25
    GRAFT_SURVIVAL = 26
    GRAFT_SHAFT = 27
    GRAFT_REST = 28
    LOT_CONTENT = 30
    LOT_OF_PERSON = 31
    # 32-39, 42-43: who is in which arm, who comes, who leaves; never biology
    ALLOCATION = 32
    RECRUITED = 33
    VISIT_DAY = 34
    VISIT_LATE = 35
    VISIT_LATE_BY = 36
    MISSED_VISIT = 37
    DROPOUT = 38
    LACK_OF_EFFECT = 39
    EARLY_STOP = 42
    PERSON_ADHERENCE = 43
    # 40-41: which values of uncertain parameters a replicate has
    POSTERIOR_DRAW = 40
    POTENCY_FIT = 41
    # 48-53: traits of a person
    AGE = 48
    SEX = 49
    SEVERITY_GRADE = 50
    ANAGEN_LENGTH = 51
    TELOGEN_LENGTH = 52
    KENOGEN_LENGTH = 53
    # 112: states of health of a person, each by its name
    HEALTH = 112
    # 54-63: how a condition breaks out in a person
    TRIGGER_START = 54
    TRIGGER_STRENGTH = 55
    PATCH_ORDER = 56
    PATCH_BORDER = 57
    PATCH_STRENGTH = 58
    PATCH_SPREAD = 59
    REMISSION = 60
    RELAPSE = 61
    WHOLE_SCALP = 62
    PATCH_FOLLOWS = 63
    # 64-79: what an instrument makes of a reading; never biology
    OPERATOR = 64
    OPERATOR_BIAS = 65
    RELOCATION = 66
    BORDER = 67
    MISSED = 68
    MISSED_THIN = 69
    FALSE_HAIR = 70
    MATCHING = 71
    PHASE_READING = 72
    CALIBRE_READING = 73
    WEIGHING = 74
    PULL = 75
    COMB = 76
    RATING = 77
    SALT_READING = 78
    LINE_READING = 79
    IMPUTATION = 80
    RESAMPLING = 81
    SATISFACTION_PERSON = 82
    SATISFACTION_VISIT = 83
    ADVERSE_EVENT = 84
    ADVERSE_SEVERITY = 85
    ADVERSE_ONSET = 86
    ADVERSE_DURATION = 87
    TRIAL_DRIFT = 88
    ADVERSE_RATE = 89
    PREDICTION_TIE = 90
    # 96-97: more of what an instrument makes of a reading
    INDEX_READING = 96
    INDEX_PULL = 97
    # 128: where the lattice of a population's representatives begins
    LATTICE = 128


SUBJECT_LEVEL = 0xFFFFFFFF
"""Follicle index of draws that belong to the person and not to any follicle."""

BY_VISIT = ("visit_day", "attended")
"""Variables of a result that say who came when: a value at each visit, but nothing measured."""
