"""Which processes there are: those that live, those that ended last, and sums over the others."""
