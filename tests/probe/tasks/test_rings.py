"""A ring holds what its thread does and did: exact counts, the latest tasks, a few texts."""

from __future__ import annotations

import contextlib
import functools
import weakref
from multiprocessing.pool import mapstar, starmapstar  # type: ignore[attr-defined]
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui.probe import _mptui_probe as probe
from mptui.probe._mptui_probe import mappings
from mptui.probe._mptui_probe.tasks import ring_pages, rings, task_labels, task_texts
from tests.probe.tasks.rings import Ring, Texts, read_ring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Steps = tuple[Callable[[object, object], None], Callable[[object, object], None]]
    Taps = tuple[Callable[[object], object], Callable[[bool, object], object]]

ROOM = 4096


def square(number: int) -> int:
    return number * number


class Hostile:
    """Raises whenever any of its code is run."""

    def _refuse(self, *_: object) -> NoReturn:
        raise AssertionError("its code was run")

    __repr__ = __str__ = __len__ = __bool__ = __hash__ = __eq__ = __getattr__ = __iter__ = _refuse
    __class__ = property(_refuse)
    __call__ = _refuse


class FailureError(Exception):
    pass


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(probe.streams, "run", str(tmp_path))
    monkeypatch.setattr(rings, "_living", [[]])
    yield tmp_path
    probe.fifo.dropped = 0


@pytest.fixture
def steps(folder: Path) -> Steps:
    assert folder.is_dir()
    return rings.open_ring("pool", 7)


@pytest.fixture
def taps(folder: Path) -> Taps:
    assert folder.is_dir()
    get, put = rings.watch_calls("pool", 7, [None])
    return get, lambda is_good, value: put(None, (0, 0, (is_good, value)))


def descriptors() -> dict[str, str]:
    found = {}
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # The one that lists them.
            found[entry.name] = str(entry.readlink())
    return found


def the_ring(folder: Path) -> Ring:
    (path,) = folder.glob("*.ring")
    return read_ring(path)


def test_a_ring_keeps_the_latest_tasks_and_counts_all(folder: Path, steps: Steps) -> None:
    begin, finish = steps
    for number in range(ROOM + 10):
        begin(square, (number,))
        finish(None, number * number)
    ring = the_ring(folder)
    assert ring.begun == ring.finished == ring.items_finished == ROOM + 10
    assert [task.number for task in ring.tasks] == list(range(11, ROOM + 11))
    assert {task.label for task in ring.tasks} == {f"{__name__}.square"}
    assert sum(task.seconds for task in ring.tasks) <= ring.seconds_worked


def test_a_running_task_is_there_until_it_finishes(folder: Path, steps: Steps) -> None:
    begin, finish = steps
    assert the_ring(folder).running is None
    begin(square, (1,))
    ring = the_ring(folder)
    assert (ring.begun, ring.finished, ring.running) == (1, 0, f"{__name__}.square")
    finish(None, 1)
    assert the_ring(folder).running is None


def test_a_failed_task_says_why(folder: Path, steps: Steps) -> None:
    begin, finish = steps
    begin(square, ("x",))
    finish(FailureError("no number"), None)
    begin(square, (2,))
    finish(None, 4)
    failed, good = the_ring(folder).tasks
    assert (failed.error, failed.texts) == ("FailureError", Texts("'x'", "", "no number"))
    assert (good.error, good.texts) == (None, Texts("2", "4", ""))
    assert the_ring(folder).failed == 1


def test_a_chunk_tells_of_its_items_and_of_what_they_give_back(folder: Path, steps: Steps) -> None:
    begin, finish = steps
    for items in ((7,), (1, 2, 3)):
        begin(mapstar, ((square, items),))
        finish(None, [item * item for item in items])
    one, three = the_ring(folder).tasks
    assert one.texts == Texts("7", "49", "")
    assert three.texts == Texts("1 … 3", "1 … 9", "")


def test_a_task_whose_result_cannot_be_sent_failed_after_all(folder: Path, steps: Steps) -> None:
    begin, finish = steps
    finish(FailureError(), None)  # Of nothing.
    begin(square, (1,))
    finish(None, 1)
    finish(None, 1)
    finish(FailureError(), None)
    finish(FailureError(), None)
    ring = the_ring(folder)
    assert (ring.finished, ring.failed) == (1, 1)
    assert [task.error for task in ring.tasks] == ["FailureError"]


def test_only_some_tasks_of_a_second_have_texts(folder: Path, steps: Steps) -> None:
    begin, finish = steps
    for number in range(250):
        begin(square, (number,))
        finish(None if number % 2 else FailureError(str(number)), number)
    tasks = the_ring(folder).tasks
    with_texts = [task for task in tasks if task.texts is not None]
    assert all(task.texts is not None for task in tasks[:20])
    # One second may end meanwhile, hardly three.
    assert len(with_texts) <= 4 * 40
    # A task that fails without texts has at least the message of its error.
    assert any(task.texts == Texts("", "", str(task.number - 1)) for task in with_texts)


def test_labels_are_kept_once_and_as_long_as_there_is_room(folder: Path, steps: Steps) -> None:
    begin, finish = steps
    for number in range(300):
        name = f"{number:03}" + "x" * 300

        def task() -> None:
            pass

        task.__qualname__ = name
        for _ in range(2):
            begin(task, ())
            finish(type(name, (Exception,), {})(), None)
    ring = the_ring(folder)
    assert len(ring.labels) == len(set(ring.labels)) < 300
    assert max(map(len, ring.labels)) == 200
    assert ring.tasks[0].label == f"{__name__}.000".ljust(200, "x")
    assert ring.tasks[-1].label is None
    # Without a name of its own an error still is one.
    assert ring.tasks[-1].error == "Exception"
    assert ring.failed == 600


def test_the_main_modules_name_is_left_out(folder: Path, steps: Steps) -> None:
    begin, finish = steps
    for module in ("__main__", "__mp_main__", None):

        def task() -> None:
            pass

        task.__module__, task.__qualname__ = module, "Work.do"  # type: ignore[assignment]
        begin(task, ())
        finish(None, None)
    assert [task.label for task in the_ring(folder).tasks] == ["Work.do"] * 3


def test_nothing_of_the_programs_is_held(folder: Path, steps: Steps) -> None:
    class Thing:
        def __call__(self, *_: object) -> None:
            pass

    def work() -> None:
        pass

    begin, finish = steps
    seen: list[weakref.ref[Any]] = []
    for function in (work, Thing(), functools.partial(Thing())):
        argument, result, error = Thing(), Thing(), FailureError()
        seen += map(weakref.ref, (function, argument, result, error))
        begin(function, (argument,))
        finish(error, result)
        del function, argument, result, error
    del work
    assert [thing() for thing in seen] == [None] * len(seen)
    assert the_ring(folder).finished == 3


def test_no_descriptor_stays_open(folder: Path) -> None:
    before = descriptors()
    begin, finish = rings.open_ring("pool", 7)
    assert descriptors() == before
    begin(square, (1,))
    finish(None, 1)
    assert the_ring(folder).finished == 1


def test_a_ring_that_was_inherited_is_left_alone(folder: Path, steps: Steps) -> None:
    begin, finish = steps
    begin(square, (1,))
    before = the_ring(folder)
    rings._forget_parent()
    finish(None, 1)
    begin(square, (2,))
    finish(FailureError(), None)
    assert the_ring(folder) == before


def test_a_process_has_a_limited_number_of_rings(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rings, "_RINGS_LIMIT", 2)
    for _ in range(4):
        begin, finish = rings.open_ring("threads", 7)
        begin(square, (1,))
        finish(None, 1)
    assert len(list(folder.iterdir())) == 2


def test_the_last_room_is_left_to_others(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mappings, "_SPARE_BYTES", 2**62)
    with pytest.raises(OSError, match="no room"):
        rings.open_ring("pool", 7)
    assert list(folder.iterdir()) == []


def test_what_cannot_be_mapped_leaves_nothing_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring_pages, "SIZE_BYTES", 0)  # Of which there is no mapping.
    with pytest.raises((OSError, ValueError)):
        rings.open_ring("pool", 7)
    assert list(folder.iterdir()) == []


def test_looking_at_a_task_runs_no_code_of_the_programs(folder: Path, steps: Steps) -> None:
    begin, finish = steps
    begin(Hostile(), (Hostile(),))
    finish(FailureError(Hostile()), Hostile())
    begin(functools.partial(Hostile(), Hostile()), [Hostile()])
    finish(None, Hostile())
    first, second = the_ring(folder).tasks
    assert first.label == second.label == f"{__name__}.Hostile"
    assert first.texts == Texts("Hostile", "", "Hostile")
    assert second.texts == Texts("Hostile, Hostile", "Hostile", "")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats()
    | st.complex_numbers()
    | st.text(st.characters(codec=None, exclude_categories=()), max_size=100)
    | st.binary(max_size=100),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.sets(st.integers()),
    max_leaves=5,
)


@given(value=VALUES)
def test_every_text_is_short_and_readable(value: Any) -> None:
    for spell in (task_texts.spell, task_texts.spell_arguments, task_texts.spell_items):
        encoded = task_texts.to_bytes(spell(value))
        assert len(encoded) <= 40
        encoded.decode()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12, "12"),
        (2**4000, "int of 4001 bits"),
        (1.5, "1.5"),
        (None, "None"),
        ("a'b", '"a\'b"'),
        ("x" * 100, "'" + "x" * 39),
        (b"ab", "b'ab'"),
        ([1] * 10**6, "list of 1000000"),
        ({}, "dict of 0"),
        (range(3), "range"),
        (square, "function"),
    ],
)
def test_a_value_is_spelled_as_far_as_it_is_simple(value: object, text: str) -> None:
    assert task_texts.to_bytes(task_texts.spell(value)).decode() == text


class Counter:
    def add(self, number: int) -> None:
        pass


@functools.lru_cache
def remember(number: int) -> int:
    return number


class _FunctionWrapper:
    """As emcee's and scipy's."""

    def __init__(self, f: object, args: object = ()) -> None:
        self.f, self.args = f, args

    def __call__(self, *_: object) -> None:
        raise AssertionError("the program's code was run")


class TimedWrapper:
    def __init__(self, function: object, callback: object) -> None:
        self.function, self.callback = function, callback


class Wrapping:
    def __init__(self, f: object, function: object) -> None:
        self.f, self.function = f, function


class Model:
    def __init__(self, f: object) -> None:
        self.f = f


class HostileWrapper:
    def __getattribute__(self, name: str) -> object:
        raise AssertionError("the program's code was run")


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (len, ("builtins", "len")),
        (_FunctionWrapper(square), (__name__, "square")),
        (_FunctionWrapper(_FunctionWrapper(functools.partial(square))), (__name__, "square")),
        (functools.partial(_FunctionWrapper(Counter().add), 3), (__name__, "Counter.add")),
        (TimedWrapper(square, remember), (__name__, "square")),
        # Not plain which function runs, or a function of its own.
        (Wrapping(square, remember), (__name__, "Wrapping")),
        (_FunctionWrapper("square"), (__name__, "_FunctionWrapper")),
        (Model(square), (__name__, "Model")),
        (Counter().add, (__name__, "Counter.add")),
        (Counter, (__name__, "Counter")),
        (functools.partial(functools.partial(square), 3), (__name__, "square")),
        (remember, (__name__, "remember")),
        ([].append, (None, "list.append")),
        ("no function", ("builtins", "str")),
    ],
)
def test_a_task_is_named_by_the_function_behind_it(
    function: object, name: tuple[str | None, str]
) -> None:
    assert task_labels.describe_task(function, ())[:2] == (name, 1)


def test_a_wrapper_that_runs_code_when_it_is_looked_at_is_not_asked() -> None:
    described = task_labels.describe_task(HostileWrapper(), ())
    assert described[:2] == ((__name__, "HostileWrapper"), 1)


# The messages of a pool


def cube(number: int) -> int:
    return number**3


def made_anew(name: str) -> Callable[[], None]:
    def function() -> None:
        pass

    function.__qualname__ = name
    return function


def test_each_task_of_a_pool_has_the_name_of_its_function(folder: Path, taps: Taps) -> None:
    get, put = taps
    calls = [
        (square, (1,), "square", 1),
        (square, (1,), "square", 1),
        (cube, (1,), "cube", 1),
        (mapstar, ((cube, (1, 2)),), "cube", 2),
        (mapstar, ((cube, (1, 2, 3)),), "cube", 3),
        (cube, (1,), "cube", 1),
        (mapstar, ((square, (1,)),), "square", 1),
        (starmapstar, ((square, ((1,), (2,))),), "square", 2),
        (starmapstar, ((square, ((1,),)),), "square", 1),
        (mapstar, ((functools.partial(cube), (1, 2)),), "cube", 2),
        (functools.partial(cube), (1,), "cube", 1),
        (cube, (1,), "cube", 1),
        (mapstar, ((len, ("a", "b")),), "builtins.len", 2),
        (square, (1,), "square", 1),
    ]
    for function, arguments, _, _ in calls * 3:
        task: object = (0, 0, function, arguments, {})
        assert get(task) is task
        put(True, None)
    own = f"{__name__}."
    expected = [(name if "." in name else own + name, items) for *_, name, items in calls * 3]
    assert [(task.label, task.items) for task in the_ring(folder).tasks] == expected
    assert the_ring(folder).items_finished == sum(items for _, items in expected)


def test_a_function_in_the_place_of_one_that_is_gone_has_its_own_name(
    folder: Path, taps: Taps
) -> None:
    get, put = taps
    names = [f"made_{number % 7}_anew" for number in range(100)]
    for name in names:
        get((0, 0, made_anew(name), (), {}))
        put(True, None)
    assert [task.label for task in the_ring(folder).tasks] == [
        f"{__name__}.{name}" for name in names
    ]


def test_a_pool_counts_every_task_and_how_long_all_took(folder: Path, taps: Taps) -> None:
    get, put = taps
    for number in range(2 * ROOM + 5):
        get((0, 0, mapstar, ((square, (number, number)),), {}))
        put(True, [number])
    get(None)  # It ends the worker.
    ring = the_ring(folder)
    assert (ring.begun, ring.finished, ring.failed) == (2 * ROOM + 5, 2 * ROOM + 5, 0)
    assert ring.items_finished == 2 * (2 * ROOM + 5)
    assert len(ring.tasks) == ROOM
    assert 0 < sum(task.seconds for task in ring.tasks) <= ring.seconds_worked


def test_a_task_of_a_pool_that_fails_says_why_also_afterwards(folder: Path, taps: Taps) -> None:
    get, put = taps
    put(True, None)  # Of nothing.
    for is_good, value in ((False, FailureError("no number")), (True, 4)):
        get((0, 0, square, ("x",), {}))
        put(is_good, value)
    put(False, FailureError("cannot be sent"))
    ring = the_ring(folder)
    assert [task.error for task in ring.tasks] == ["FailureError", "FailureError"]
    assert (ring.finished, ring.failed, ring.running) == (2, 2, None)
    assert ring.tasks[0].texts == Texts("'x'", "", "no number")


def test_a_pool_of_a_forked_child_leaves_what_it_inherited(folder: Path, taps: Taps) -> None:
    get, put = taps
    get((0, 0, square, (1,), {}))
    before = the_ring(folder)
    rings._forget_parent()
    put(True, 1)
    get((0, 0, square, (2,), {}))
    put(False, FailureError())
    assert the_ring(folder) == before


def test_messages_that_nobody_understands_pass_and_are_reported_once(
    folder: Path, taps: Taps
) -> None:
    get, put = taps
    get((0, 0, square, (1,), {}))
    for message in (7, "no task", (1, 2)):
        assert get(message) is message
    assert put(True, 1) is None
    ring = the_ring(folder)
    assert (ring.begun, ring.finished) == (1, 0)
