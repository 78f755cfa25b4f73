"""The errors that mptui tells its user about.

What is raised here ends as one line on standard error and an exit status (DESIGN section 5); a
traceback is always a bug. This module must not import anything of mptui.
"""

EXIT_USAGE = 2
EXIT_OWN_FAILURE = 125
EXIT_NOT_EXECUTABLE = 126
EXIT_NOT_FOUND = 127


class MptuiError(Exception):
    """Something the user can act on: one line that names the cause and the cure.

    Args:
        message: one line without a final full stop's worth of ceremony; shown after ``mptui: ``.
        exit_status: the status mptui ends with when nobody above can go on.
    """

    def __init__(self, message: str, exit_status: int = EXIT_OWN_FAILURE) -> None:
        super().__init__(message)
        self.message = message
        self.exit_status = exit_status
