"""What each command leaves in its folder: tables, figures and how they were made."""
