"""Findings about errors that Python printed and that ended nothing but a part of a program."""
