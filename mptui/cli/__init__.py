"""The command line: which front end shows which program."""

from mptui.cli.commands import main

__all__ = ["main"]
