"""What programs write reaches the recording byte for byte, under the process that wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.programs.conftest import START_METHODS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.programs.watching import Watched

pytestmark = pytest.mark.timeout(200)

each_start_method = pytest.mark.parametrize("start_method", START_METHODS)

WRITERS = """
import ctypes
import multiprocessing
import os
import subprocess
import sys
import threading

def write(data, descriptor=1):
    while data:
        data = data[os.write(descriptor, data):]

def every_byte():
    write(bytes(range(256)) * 3)

def cut_character():
    write(b"caf\\xc3")
    write(b"\\xa9\\n\\xe2\\x82")

def long_line():
    write(b"x" * (5 << 20) + b"\\n")

def no_line_feed():
    print("no line feed", end="")

def bar():
    for percent in range(0, 101, 25):
        print(f"\\r{percent:3}%", end="", flush=True)
    print()

def colours():
    print("\\033[31mred\\033[0m and \\033[1;38;2;1;2;3mtrue\\033[m")

def from_c():
    libc = ctypes.CDLL(None)
    libc.puts(b"by puts")
    libc.printf(b"%d by printf\\n", 1)
    libc.fflush(None)

def from_c_at_exit():
    ctypes.CDLL(None).puts(b"flushed by exit")
    ctypes.CDLL(None).exit(0)

def children():
    os.system("echo out of a shell; echo err of a shell >&2")
    subprocess.run(["/bin/echo", "out of echo"])

def moved():
    kept = os.dup(1)
    reading, writing = os.pipe()
    os.dup2(writing, 1)
    print("into a pipe", flush=True)
    os.dup2(kept, 1)
    print(os.read(reading, 100), flush=True)
    os.dup2(2, 1)
    print("on stderr now", flush=True)

def reopened():
    with open("/dev/stdout", "w") as out, open("/proc/self/fd/2", "a") as err:
        print("through /dev/stdout", file=out)
        print("through /proc", file=err)

def closed():
    print("before closing", flush=True)
    os.closerange(0, 256)
    os._exit(4)

def at_once():
    def say(number):
        for line in range(200):
            write(b"thread %d line %d\\n" % (number, line))
    threads = [threading.Thread(target=say, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

WRITERS = (
    every_byte, cut_character, long_line, no_line_feed, bar, colours, from_c, from_c_at_exit,
    children, moved, reopened, closed, at_once,
)

def main():
    multiprocessing.set_start_method(sys.argv[1])
    for target in WRITERS:
        process = multiprocessing.Process(target=target, name=target.__name__)
        process.start()
        process.join()

if __name__ == "__main__":
    main()
"""

EXPECTED = {
    "every_byte": bytes(range(256)) * 3,
    "cut_character": b"caf\xc3\xa9\n\xe2\x82",
    "long_line": b"x" * (5 << 20) + b"\n",
    "no_line_feed": b"no line feed",
    "bar": b"\r  0%\r 25%\r 50%\r 75%\r100%\n",
    "colours": b"\033[31mred\033[0m and \033[1;38;2;1;2;3mtrue\033[m\n",
    "from_c": b"by puts\n1 by printf\n",
    "from_c_at_exit": b"flushed by exit\n",
    "children": b"out of a shell\nout of echo\n",
    "moved": b"b'into a pipe\\n'\n",
    "reopened": b"through /dev/stdout\n",
    "closed": b"before closing\n",
}

TOP = """
import os
import sys

print("a line by print", flush=True)
os.write(1, b"\\xff\\xfe\\x00")
print("on stderr", file=sys.stderr)
sys.stdout.buffer.write(b"the end without a line feed")
"""


def sorted_bytes(output: bytes) -> object:
    """Any order at all: two threads of one process may write at the same moment."""
    return len(output), sorted(output.split(b"\n"))


@each_start_method
def test_workers_write_what_they_write_plainly(
    each_python_slowly: str, start_method: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_python_slowly, WRITERS, start_method, normal=sorted_bytes)
    workers = {worker.name: worker for worker in watched.workers()}
    for name, expected in EXPECTED.items():
        assert watched.printed(workers[name]) == expected, name
    assert watched.printed(workers["moved"], "stderr") == b"on stderr now\n"
    assert watched.printed(workers["reopened"], "stderr") == b"through /proc\n"
    assert watched.printed(workers["children"], "stderr") == b"err of a shell\n"
    assert workers["closed"].exitcode == 4
    for number in range(4):
        lines = watched.printed(workers["at_once"]).splitlines()
        own = [line for line in lines if line.startswith(b"thread %d " % number)]
        assert own == [b"thread %d line %d" % (number, line) for line in range(200)]


def test_a_program_of_one_process_writes_what_it_writes_plainly(
    each_python: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_python, TOP)
    assert watched.printed(watched.main).endswith(b"the end without a line feed")
    assert watched.printed(watched.main, "stderr") == b"on stderr\n"


def test_options_of_the_interpreter_change_nothing(
    each_python_slowly: str, run_script: Callable[..., Watched]
) -> None:
    code = """
    import subprocess
    import sys

    for option in ("-I", "-E", "-S", "-s", "-u", "-O", "-Xdev", "-B"):
        subprocess.run([sys.executable, option, "-c", f"print('{option}')"])
    """
    watched = run_script(each_python_slowly, code)
    assert watched.stream("stdout").split() == b"-I -E -S -s -u -O -Xdev -B".split()
