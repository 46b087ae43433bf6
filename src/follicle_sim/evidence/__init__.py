"""Published trials: what was observed, and how a simulation compares with it."""

from follicle_sim.evidence.observation import Observation
from follicle_sim.evidence.observed import observations, write_observations
from follicle_sim.evidence.studies import Study, StudyArm, load_studies, load_study

__all__ = [
    "Observation",
    "Study",
    "StudyArm",
    "load_studies",
    "load_study",
    "observations",
    "write_observations",
]
