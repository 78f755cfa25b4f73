"""The parts of the dashboard that move: one Line API widget each, painting only what changed.

They are handed the state of a run and post messages up; they never ask a sibling or the app.
"""
