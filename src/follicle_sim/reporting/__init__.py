"""One virtual trial as its readers see it: a page, two figures, tables in the words of CDISC."""
