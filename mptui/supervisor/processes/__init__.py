"""Every process of the program: found, named, and seen to end."""
