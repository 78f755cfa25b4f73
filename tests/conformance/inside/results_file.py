"""The file in which a runner writes down how each test ended.

Opened and closed for each line: the tests look at the open descriptors, and may end the process.
"""

import json
from pathlib import Path

BEGUN = "begun"


class ResultsFile:
    """One JSON object a line: the test, its outcome, and the reason or traceback."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def write(self, test: str, outcome: str, detail: str = "") -> None:
        """Append how `test` ended, or that it has begun."""
        line = json.dumps({"test": test, "outcome": outcome, "detail": detail})
        with self._path.open("a", encoding="ascii") as file:
            file.write(line + "\n")
