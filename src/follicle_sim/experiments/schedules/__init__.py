"""Which dosing schedule is worth its price."""
