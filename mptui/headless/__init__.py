"""The front end without a screen: a run as prefixed lines, or as its events.

For scripts and CI jobs. It must not import Textual, and it must not know the dashboard.
"""
