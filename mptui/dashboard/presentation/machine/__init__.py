"""The machine as a whole: all its cores in the room there is, and in words."""
