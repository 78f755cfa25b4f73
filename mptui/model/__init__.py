"""Events folded into the state of a run: same events, same state.

Nothing in this folder may read a clock, a file, a process or the environment, and nothing here
makes text from outside safe to show: lines are kept raw, whoever shows them sanitises them.
"""

from mptui.model.output_log import Line, OutputLog
from mptui.model.process_state import ProcessState
from mptui.model.run import Run

__all__ = ["Line", "OutputLog", "ProcessState", "Run"]
