"""The descriptors of a process that has many are counted, with what they stand for."""

from __future__ import annotations

import os

from mptui import events
from mptui.supervisor.linux.unix_sockets import nameless_unix_sockets
from mptui.supervisor.resources.descriptor_watch import MANY, count_descriptors
from tests.running import of_type
from tests.supervisor.waiting import program, watched

PIPES = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (900, 900))
kept = [multiprocessing.Pipe() for _ in range(40)]
kept += [os.pipe() for _ in range(20)]
kept += [open("/dev/null") for _ in range(15)]
kept += [socket.socket() for _ in range(5)]
while True:
    time.sleep(0.1)
"""
FEW = """
resource_free = [os.pipe() for _ in range(4)]
time.sleep(2.5)
"""
LOW_LIMIT = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
kept = [os.pipe() for _ in range(8)]
while True:
    time.sleep(0.1)
"""


def test_many_descriptors_are_recorded_with_what_they_stand_for_and_the_limit() -> None:
    with watched(*program(PIPES)) as until:
        seen = until(lambda so_far: bool(of_type(events.DescriptorsCounted, so_far)))
    counted = of_type(events.DescriptorsCounted, seen)[-1]
    assert counted.process == 0
    assert counted.count >= 140
    assert counted.limit == 900
    assert counted.pipes >= 120
    assert counted.files >= 15
    assert 5 <= counted.sockets <= 10


def test_a_low_limit_makes_few_many() -> None:
    with watched(*program(LOW_LIMIT)) as until:
        seen = until(lambda so_far: bool(of_type(events.DescriptorsCounted, so_far)))
    counted = of_type(events.DescriptorsCounted, seen)[-1]
    assert counted.count < MANY
    assert counted.limit == 40


def test_few_descriptors_are_not_recorded() -> None:
    with watched(*program(FEW)) as until:
        seen = until(lambda so_far: any(one.t > 2.2 for one in of_type(events.Sampled, so_far)))
    assert not of_type(events.DescriptorsCounted, seen)


def test_the_kernel_tells_how_many_there_are() -> None:
    before = count_descriptors(os.getpid())
    assert before is not None
    opened = [os.dup(0) for _ in range(10)]
    assert count_descriptors(os.getpid()) == before + 10
    for descriptor in opened:
        os.close(descriptor)
    assert count_descriptors(2**22 - 1) is None
    assert nameless_unix_sockets(2**22 - 1) == set()
