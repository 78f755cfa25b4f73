"""The runs that panes follow, by where they come from: started here or elsewhere, over, or lost."""
