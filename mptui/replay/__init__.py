"""A recorded run as it was known at any moment: its recording, folded up to there.

Must not know a front end, nor write to a recording.
"""
