"""The words of the dashboard in plain English, for whoever meets them for the first time."""

from __future__ import annotations

from typing import Final

GLOSSARY: Final[tuple[tuple[str, str], ...]] = (
    ("program", "what you asked mptui to run"),
    ("process", "a program that runs, with a memory of its own; it can make more of them"),
    ("main", "the process that a program begins in"),
    ("worker", "a process that the program made to share its work"),
    ("helper", "a process that Python makes for itself: resource tracker, fork server"),
    ("thread", "one of several things that a process does at a time; they share its memory"),
    ("core", "the part of a computer that runs a process: one at a time"),
    (
        "start method",
        "how a worker is made: fork copies its parent, spawn begins anew, forkserver has a helper "
        "fork it",
    ),
    ("process group", "processes that a terminal can signal all at once, as Ctrl-C does"),
    ("task", "one piece of work, done by one worker"),
    ("pool", "workers that take one task after the other"),
    (
        "queue",
        "where items wait for who takes them: put adds one, get takes one, the depth is how many "
        "are in it",
    ),
    ("lock", "lets one process through at a time; the others wait until it is free"),
    ("join", "to wait for the end of a process"),
    ("waiting", "standing still until something comes: an item, a free lock, an end"),
    ("deadlock", "processes that wait for each other, so that none can ever go on"),
    ("GIL", "the lock inside Python: one thread of a process runs Python code at a time"),
    ("exit code", "the number that a process ends with; 0 says that all went well"),
    ("exit status", "what a shell makes of that: the exit code, or 128 and the signal's number"),
    (
        "signal",
        "a message to a process, often to end it: SIGTERM asks, SIGKILL does not, SIGSTOP halts it",
    ),
    ("zombie", "a process that has ended, and that its parent has not asked how"),
    ("finding", "what mptui concludes from what it saw: what is wrong, how it knows, what helps"),
    ("probe", "the little that mptui puts into each Python process, to see what it does"),
    ("supervisor", "the process of mptui that starts your program and records what it does"),
    ("recording", "the file of a run; each line of it is an event, something that was seen"),
    ("sample", "a look at the load of cores and processes, twice a second"),
    ("detach", "to leave a program running, without mptui"),
    ("scenario", "a small program of the gallery, to learn from"),
    ("pane", "what shows one program and its run; each has a number"),
    ("dashboard", "all the panes: what you look at"),
)
"""Each word, and what it means; without a full stop, as in a dictionary."""
