"""What a trial would conclude: groups compared, analysis sets, missing data, multiplicity.

The layer reads datasets and writes numbers; it never simulates.
"""
