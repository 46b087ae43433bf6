"""Side effects: what studies counted, how long each kind lasts, who has which in a trial."""
