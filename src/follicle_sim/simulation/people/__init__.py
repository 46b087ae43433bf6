"""Who takes part: traits, enrolment, visits, leaving."""
