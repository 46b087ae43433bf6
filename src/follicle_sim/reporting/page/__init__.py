"""The one page of a virtual trial: its sentences, money, caveats and which figures it shows."""
