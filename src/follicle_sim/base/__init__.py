"""What everything stands on: errors, units, files, random draws, compiled arithmetic."""
