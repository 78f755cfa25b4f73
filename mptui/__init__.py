"""mptui: watch Python programs that run on many processes, on a terminal.

Three kinds of process work together. The *supervisor* (`mptui.supervisor`) starts the program,
drains what it prints, watches its processes and writes all of it as events (`mptui.events`) into a
*recording* (`mptui.recording`), one JSON object a line. Inside the program and each of its workers
runs the *probe* (`mptui.probe`), a `sitecustomize` of the standard library alone. A front end, the
*dashboard* (`mptui.dashboard`, Textual) or `mptui.headless`, follows the recording and folds its
events into the *model* (`mptui.model`), from which *findings* say in plain words what is wrong.

Each part imports only what stands below it: errors and events, then recording and model, then the
supervisor, then the front ends, then the command line (`mptui.cli`). import-linter keeps it so; the
contracts are in pyproject.toml. This package root imports nothing.
"""

__version__ = "0.3.0"
