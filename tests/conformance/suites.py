"""Which suites are run: their names, what they load, how long they may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

START_METHODS: Final = ("fork", "spawn", "forkserver")


@dataclass(frozen=True)
class Suite:
    """Tests that are run by one process, and compared as one line of the table."""

    name: str
    targets: tuple[str, ...]
    """Modules or their classes for unittest; files for pytest, in the sources of `package`."""
    limit_seconds: int = 600
    package: str | None = None
    """The project on the package index whose tests they are; else they are the interpreter's."""
    is_borrowed_where_missing: bool = False
    """Run another interpreter's copy where one is installed without these tests."""

    @property
    def runner(self) -> Literal["run_unittest.py", "run_pytest.py"]:
        """The file that runs them inside the interpreter."""
        return "run_pytest.py" if self.package else "run_unittest.py"

    @property
    def modules_of_cpython(self) -> tuple[str, ...]:
        """What the interpreter's own `test` package has to hold."""
        if self.package is not None:
            return ()
        return tuple(
            _module_of(target) if target.startswith("test.") else "test._test_multiprocessing"
            for target in self.targets
        )


def _module_of(target: str) -> str:
    """Leave out the class, if it names one."""
    return ".".join(part for part in target.split(".") if not part[0].isupper())


def _of_cpython(*modules: str) -> tuple[Suite, ...]:
    return tuple(Suite(f"test_{name}", (f"test.test_{name}",)) for name in modules)


def _of_asyncio(*modules: str) -> tuple[Suite, ...]:
    return tuple(
        Suite(f"test_asyncio.test_{name}", (f"test.test_asyncio.test_{name}",)) for name in modules
    )


SUITES: Final = (
    *_of_cpython("subprocess", "fork1", "wait3", "wait4", "popen"),
    *(
        Suite(f"multiprocessing_{method}", (f"multiprocessing_{method}",), limit_seconds=1500)
        for method in START_METHODS
    ),
    *_of_cpython("multiprocessing_main_handling"),
    Suite(
        "test_concurrent_futures",
        ("test.test_concurrent_futures",),
        limit_seconds=1200,
        is_borrowed_where_missing=True,
    ),
    *_of_cpython("os", "posix", "pty", "signal", "threadsignals", "threading", "thread"),
    *_of_cpython("site", "sys", "cmd_line", "cmd_line_script", "faulthandler", "atexit", "eintr"),
    *_of_asyncio("subprocess", "unix_events", "events"),
    *_of_cpython("runpy", "import", "importlib", "audit", "inspect", "traceback"),
    # On Python 3.11 it may hang, with or without mptui.
    Suite("test_interpreters", ("test.test_interpreters",), limit_seconds=60),
    *_of_cpython("warnings", "tracemalloc", "gc", "selectors", "socketserver", "tempfile"),
    *_of_cpython("logging", "random", "uuid", "compileall", "io", "c_locale_coercion"),
    *_of_cpython("utf8_mode", "repl", "bdb", "pdb", "unittest", "sys_settrace", "exceptions"),
    Suite("loky", ("tests",), limit_seconds=1800, package="loky"),
    Suite(
        "joblib",
        ("joblib/test/test_parallel.py", "joblib/test/test_memmapping.py"),
        limit_seconds=1800,
        package="joblib",
    ),
)

SAMPLE: Final = (
    Suite(
        "sample_of_cpython",
        (
            "test.test_site",
            "test.test_atexit",
            "test.test_popen",
            "test.test_threading.ThreadJoinOnShutdown",
            "test.test_subprocess.ContextManagerTests",
        ),
    ),
    Suite(
        "sample_of_fork",
        (
            "multiprocessing_fork.WithProcessesTestConnection",
            "multiprocessing_fork.WithProcessesTestPoolWorkerLifetime",
        ),
    ),
    Suite("sample_of_spawn", ("multiprocessing_spawn.WithProcessesTestConnection",)),
    Suite("sample_of_forkserver", ("multiprocessing_forkserver.WithProcessesTestConnection",)),
)
"""What takes seconds, for the project's own tests."""
