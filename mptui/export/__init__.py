"""What a run leaves for other tools, written from its recording while it grows or afterwards.

Must not know a front end, nor start or stop anything.
"""
