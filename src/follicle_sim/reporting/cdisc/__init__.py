"""A virtual trial as tables in the words of CDISC: ADSL, EX, AE and ADHC, all marked synthetic.

Names and labels follow the ADaM Implementation Guide 1.1 (ADSL, basic data structure) and the SDTM
Implementation Guide 3.3 (EX, AE). What these do not have is marked as an addition in define.json.
There are no dates, as the model has no calendar year: study days stand for them, the baseline visit
being day 1 and no day being 0. Nothing here was checked by a validator of CDISC's rules.
"""

from follicle_sim.reporting.cdisc.tables import CDISC_FILES, DEFINE, write_cdisc

__all__ = ["CDISC_FILES", "DEFINE", "write_cdisc"]
