"""Figures and states in words, said in one place for every view."""
