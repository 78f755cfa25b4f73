"""`mptui watch`: what goes on somewhere else, and is only watched."""
