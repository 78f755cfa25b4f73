"""All that lies over the dashboard when a person asks for it: screens, menus, questions.

One door to them, so that they can be left out of what is imported before the first picture.
"""

from __future__ import annotations

from mptui.dashboard.questions import (
    again_question,
    going_on_text,
    kept_text,
    left_running_text,
    pause_question,
    quit_question,
    signal_question,
    stop_question,
)
from mptui.dashboard.screens.column_menu import ColumnMenu
from mptui.dashboard.screens.confirm import Confirm
from mptui.dashboard.screens.details import Details, ProcessDetails
from mptui.dashboard.screens.group_details import GroupDetails
from mptui.dashboard.screens.help import Help
from mptui.dashboard.screens.parameters import ParametersForm
from mptui.dashboard.screens.run_list import RunList
from mptui.dashboard.screens.shared_terminal import SharedTerminal
from mptui.dashboard.screens.signal_menu import UNDONE_BY_ANOTHER, SignalMenu, is_there
from mptui.dashboard.screens.sort_menu import SortMenu
from mptui.dashboard.screens.stacks import AllStacks

__all__ = [
    "UNDONE_BY_ANOTHER",
    "AllStacks",
    "ColumnMenu",
    "Confirm",
    "Details",
    "GroupDetails",
    "Help",
    "ParametersForm",
    "ProcessDetails",
    "RunList",
    "SharedTerminal",
    "SignalMenu",
    "SortMenu",
    "again_question",
    "going_on_text",
    "is_there",
    "kept_text",
    "left_running_text",
    "pause_question",
    "quit_question",
    "signal_question",
    "stop_question",
]
