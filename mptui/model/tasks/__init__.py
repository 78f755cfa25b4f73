"""Which tasks there are: totals, what runs now, and of the ended ones those that stand out."""
