"""From the text of a file to tables and back, with the place of every problem."""
