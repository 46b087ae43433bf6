"""The measuring instrument: from what is on the scalp to what is written down.

It draws its luck under names of its own, so nothing here ever changes the biology.
"""

from follicle_sim.scenario.tables.instrument import observable, unseen
from follicle_sim.simulation.instrument.counts import reader_factors
from follicle_sim.simulation.instrument.reading import SCREENING_MINUTE, read, read_disease

__all__ = ["SCREENING_MINUTE", "observable", "read", "read_disease", "reader_factors", "unseen"]
