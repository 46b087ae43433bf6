"""`python -m follicle_sim` is the command line."""

from follicle_sim.cli import main

main()
