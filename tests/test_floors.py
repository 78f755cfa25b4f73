"""Who imports whom, seen from outside: import-linter reads the code, fresh interpreters tell.

Only a running interpreter shows imports that come late, and those of other people's packages.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import mptui

PACKAGE = Path(mptui.__file__).parent
PROBE = PACKAGE / "probe"
SCENARIOS = sorted((PACKAGE / "scenarios").glob("[a-z]*.py"))
QUICKLY: dict[str, tuple[tuple[str, ...], int]] = {
    "processes": ((), 0),
    "cluster": (("--address=nonsense",), 1),
    "killed_worker": (("--workers=1", "--patience=0.5"), 1),
    "deadlock": (("--patience=0.5",), 1),
    "crash_loop": (("--tasks=2",), 1),
}
"""Options for a short run, and the exit status: those that show how something fails do fail."""
BESIDE = {"cluster": {"dask", "distributed"}}
"""What a scenario needs beside the standard library: it says so where that is missing."""
PROBE_FILES = sorted(PROBE.rglob("*.py"))


def imported(*arguments: str, exit_status: int = 0) -> set[str]:
    """Every module that an interpreter imports from its start to its end, site's excepted."""
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == exit_status, ran.stderr
    report = [line for line in ran.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in report}


def roots(modules: set[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


def modules_in_source(path: Path) -> set[str]:
    """What the import statements of a file name, wherever in it they stand."""
    named = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            named |= {f"{module}.{alias.name}" for alias in node.names}
    return named


def test_package_root_imports_nothing() -> None:
    assert imported("-c", "import mptui") - imported("-c", "pass") == {"mptui"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("-m", "mptui", "--help"),
        ("-m", "mptui", "--version"),
        ("-m", "mptui", "run", "--help"),
        ("-m", "mptui", "schema"),
        ("-m", "mptui", "ls"),
        ("-m", "mptui", "findings", "tests/recording/schema_1/deadlock.jsonl"),
        ("-m", "mptui", "export", "tests/recording/schema_1/deadlock.jsonl", "--to", "html"),
        ("-m", "mptui", "compare", *["tests/recording/schema_1/deadlock.jsonl"] * 2),
        ("-m", "mptui", "run", "--json", "-c", "pass"),
        ("-m", "mptui", "run", "--headless", "-c", "pass"),
        ("-c", "import mptui.headless.front_end"),
        ("-c", "import mptui.supervisor.supervised_run"),
    ],
    ids=" ".join,
)
def test_without_a_dashboard_textual_is_never_imported(arguments: tuple[str, ...]) -> None:
    modules = imported(*arguments)
    assert "mptui" in modules
    assert not roots(modules) & {"textual", "rich"}


def left_at_the_end(code: str) -> set[str]:
    """Every module that an interpreter has once it has run this."""
    tell = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr))"
    ran = subprocess.run(
        [sys.executable, "-c", f"{tell}\n{code}"], check=False, capture_output=True, text=True
    )
    return set(ran.stderr.split())


def test_a_command_that_prints_imports_no_more_than_it_needs() -> None:
    modules = left_at_the_end("sys.argv[1:] = ['--help']; import mptui.cli; mptui.cli.main()")
    assert "click" in modules
    assert not roots(modules) & {"typing_extensions", "tomllib", "pystack", "psutil", "ssl"}
    assert not {one for one in modules if one.startswith(("mptui.model", "mptui.dashboard.app"))}


def test_a_supervisor_imports_no_more_than_it_needs() -> None:
    modules = left_at_the_end("import mptui.supervisor.__main__")
    assert "msgspec" in modules
    unneeded = {"typing_extensions", "tomllib", "pystack", "psutil", "ssl", "tempfile", "click"}
    assert not roots(modules) & unneeded


def test_shell_completion_never_imports_textual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_MPTUI_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "mptui run --he")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert not roots(imported("-m", "mptui")) & {"textual", "rich"}


def test_a_dashboard_does_without_ssl_and_whoever_asks_for_it_later_gets_it() -> None:
    code = (
        "from mptui.imports import *\n"
        "with ImportingMuch(*NOT_NEEDED_ON_SCREEN): import mptui.dashboard.terminal_session\n"
        "import sys; print('ssl' in sys.modules); import ssl; print(bool(ssl.OPENSSL_VERSION))"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.split() == ["False", "True"]


def test_with_a_dashboard_textual_is_imported() -> None:
    assert "textual" in imported("-c", "import mptui.dashboard.app")


def test_dashboard_never_imports_psutil() -> None:
    assert "psutil" not in imported("-c", "import mptui.dashboard.app")


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenario_imports_the_standard_library_alone(path: Path) -> None:
    assert roots(modules_in_source(path)) - BESIDE.get(path.stem, set()) <= sys.stdlib_module_names
    options, exit_status = QUICKLY.get(path.stem, (("--workers=1",), 0))
    ran = imported(str(path), "--work=0", *options, exit_status=exit_status)
    assert "mptui" not in roots(ran)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenario_hides_no_module_of_the_standard_library(path: Path) -> None:
    assert path.stem not in sys.stdlib_module_names


@pytest.mark.parametrize("path", PROBE_FILES, ids=lambda path: str(path.relative_to(PROBE)))
def test_probe_imports_the_standard_library_and_itself_alone(path: Path) -> None:
    own = {file.stem for file in PROBE.iterdir()} | {""}
    assert roots(modules_in_source(path)) <= sys.stdlib_module_names | own


def test_nothing_imports_the_probe_or_a_scenario() -> None:
    stand_alone = {"mptui.probe", "mptui.scenarios"}
    importers = [
        path
        for path in PACKAGE.rglob("*.py")
        for module in modules_in_source(path)
        if ".".join(module.split(".")[:2]) in stand_alone
    ]
    assert importers == []


def test_floors_of_the_static_import_graph_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run(
        [linter, "--no-cache"],
        check=False,
        capture_output=True,
        text=True,
        cwd=PACKAGE.parent,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stdout


MOST_MODULES = 14
"""What a person keeps in view; a folder with more is several that have not been parted."""


def test_no_folder_holds_more_modules_than_one_keeps_in_view() -> None:
    folders = {path.parent for path in PACKAGE.rglob("*.py")}
    counts = {
        str(folder.relative_to(PACKAGE)): len(set(folder.glob("*.py")) - {folder / "__init__.py"})
        for folder in folders
    }
    assert {name: count for name, count in counts.items() if count > MOST_MODULES} == {}


def test_the_first_picture_waits_for_no_more_than_an_interpreter_has() -> None:
    modules = left_at_the_end("import mptui.cli, mptui.dashboard.terminal.first_frame.early_screen")
    grown = modules - left_at_the_end("pass")
    assert "mptui.dashboard.terminal.first_frame.picture" in grown
    costly = {"enum", "re", "typing", "contextlib", "pathlib", "signal", "functools", "collections"}
    assert not roots(grown) & (costly | {"click", "msgspec", "textual"})
