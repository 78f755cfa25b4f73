"""Starts a program, watches every process it makes, and writes the recording.

A small process of its own, without a user interface, that outlives a dropped connection. Front ends
use it through `supervised_run` alone. It must never import a front end, and nothing in it may block
the program for longer than writing to a pipe does.
"""
