"""The gallery: ordinary programs, each a lesson of its own, run like anybody's program.

A scenario imports the standard library only, nothing of mptui and nothing of its neighbours, and
runs on Python 3.9 and later.
"""
