"""The posterior sample of the package, under the name it has had from the first."""

from follicle_sim.biology.draws import POSTERIOR_FILE, load_posterior

__all__ = ["POSTERIOR_FILE", "load_posterior"]
