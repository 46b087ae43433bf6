"""`python -m follicle_sim` is the command line."""

from follicle_sim.cli.app import main

main()
