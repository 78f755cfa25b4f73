"""Findings about results of tasks that nobody will see."""
