"""Events folded into the state of a run: same events, same state.

Nothing in this folder may read a clock, a file, a process or the environment, and nothing here
makes text from outside safe to show: lines are kept raw, and sanitised where they are shown.
"""

from mptui.model.output.output_log import Line, OutputLog
from mptui.model.processes.ended_groups import EndedGroup, without_number
from mptui.model.processes.process_state import ProcessState
from mptui.model.processes.processes import Forgotten
from mptui.model.progress import Progress
from mptui.model.queue_states import QueueState
from mptui.model.run import Run
from mptui.model.tasks.function_times import FunctionTimes
from mptui.model.tasks.task_records import LostTask, ProcessTasks
from mptui.model.tasks.tasks import Tasks
from mptui.model.time_split import TimeSplit
from mptui.model.timeline.bar import Bar, BarKind, CellShare
from mptui.model.timeline.lane import Lane
from mptui.model.timeline.timeline import Timeline
from mptui.model.waits import Waits

__all__ = [
    "Bar",
    "BarKind",
    "CellShare",
    "EndedGroup",
    "Forgotten",
    "FunctionTimes",
    "Lane",
    "Line",
    "LostTask",
    "OutputLog",
    "ProcessState",
    "ProcessTasks",
    "Progress",
    "QueueState",
    "Run",
    "Tasks",
    "TimeSplit",
    "Timeline",
    "Waits",
    "without_number",
]
