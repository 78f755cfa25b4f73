import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui import events as ev
from tests.histories import HISTORIES

texts = st.text(st.characters(exclude_categories=["Cs"]))
numbers = st.integers(0, 2**40)
times = st.floats(0, 1e9)
signals = st.none() | st.integers(1, 64)


def known_or_not(values: object) -> st.SearchStrategy[str]:
    """What this version writes, and what a later one may."""
    return st.sampled_from(get_args(values)) | texts


roles = known_or_not(ev.Role)
argvs = st.none() | st.lists(texts)
samples = st.builds(
    ev.ProcessSample,
    cpu_percent=times,
    rss_bytes=numbers,
    core=numbers,
    state=texts,
    threads=numbers,
)
thread_samples = st.builds(
    ev.ThreadSample, name=texts, cpu_percent=times, core=numbers, state=texts
)
executors = st.none() | known_or_not(ev.ExecutorKind)
wait_kinds = known_or_not(ev.WaitKind)
any_event: st.SearchStrategy[ev.Event] = st.one_of(
    st.builds(
        ev.RunStarted, t=times, schema=st.just(ev.SCHEMA), id=texts, command=st.lists(texts),
        cwd=texts, python=texts, host=texts, cpu_count=numbers, started_at=texts, mptui=texts,
        supervisor=numbers, scenario=st.none() | texts,
    ),
    st.builds(
        ev.ProcessStarted, t=times, process=numbers, pid=numbers, parent=st.none() | numbers,
        ppid=numbers, role=roles, name=texts, start_method=st.none() | texts,
        target=st.none() | texts, argv=argvs, instrumented=st.booleans(),
    ),
    st.builds(
        ev.ProcessChanged, t=times, process=numbers, role=st.none() | roles,
        name=st.none() | texts, start_method=st.none() | texts, target=st.none() | texts,
        argv=argvs, parent=st.none() | numbers, instrumented=st.none() | st.booleans(),
    ),
    st.builds(
        ev.Output, t=times, process=numbers, stream=known_or_not(ev.StreamName), text=texts
    ),
    st.builds(ev.Output, t=times, process=numbers, stream=st.just("stderr"), data=st.binary()),
    st.builds(
        ev.Sampled, t=times, cores=st.lists(times), processes=st.dictionaries(numbers, samples)
    ),
    st.builds(
        ev.ThreadsSampled, t=times, process=numbers,
        threads=st.dictionaries(numbers, thread_samples), ended=st.lists(numbers),
    ),
    st.builds(
        ev.TaskStarted, t=times, process=numbers, label=texts, item=st.none() | texts,
        items=numbers, thread=st.none() | numbers, executor=executors,
    ),
    st.builds(
        ev.TaskFinished, t=times, process=numbers, label=texts, ok=st.booleans(), seconds=times,
        item=st.none() | texts, items=numbers, result=st.none() | texts,
        error=st.none() | texts, thread=st.none() | numbers, executor=executors,
    ),
    st.builds(
        ev.TasksCounted, t=times, process=numbers, label=st.none() | texts, count=numbers,
        failed=numbers, seconds_total=times, seconds_max=st.none() | times, items=numbers,
        since=times, histogram=st.dictionaries(numbers, numbers), thread=st.none() | numbers,
        executor=executors,
    ),
    st.builds(
        ev.QueueSampled, t=times, queue=numbers, put=numbers, got=numbers, depth=numbers,
        kind=known_or_not(ev.QueueKind), name=st.none() | texts,
        maxsize=st.none() | numbers,
    ),
    st.builds(
        ev.WaitStarted, t=times, process=numbers, kind=wait_kinds, on=st.none() | texts,
        queue=st.none() | numbers, lock=st.none() | numbers, joined=st.none() | numbers,
        holds=st.lists(numbers), timed=st.booleans(),
    ),
    st.builds(
        ev.WaitFinished, t=times, process=numbers, kind=wait_kinds, seconds=times,
        on=st.none() | texts, queue=st.none() | numbers, lock=st.none() | numbers,
        joined=st.none() | numbers,
    ),
    st.builds(
        ev.WaitsCounted, t=times, process=numbers, kind=wait_kinds, count=numbers,
        seconds_total=times, seconds_max=times, since=times, on=st.none() | texts,
        queue=st.none() | numbers, lock=st.none() | numbers, joined=st.none() | numbers,
        timed=st.booleans(),
    ),
    st.builds(
        ev.DescriptorsCounted, t=times, process=numbers, count=numbers,
        limit=st.none() | numbers, pipes=numbers, sockets=numbers, files=numbers,
    ),
    st.builds(
        ev.SharedMemorySampled, t=times, process=numbers, count=numbers, made=numbers,
        bytes=numbers, place=st.none() | texts, room_bytes=st.none() | numbers,
        free_bytes=st.none() | numbers,
    ),
    st.builds(
        ev.ProcessExited, t=times, process=numbers, exitcode=st.none() | st.integers(-64, 255),
        signal=signals, terminated_by=st.none() | numbers, oom=st.booleans(),
        stopping=st.booleans(),
    ),
    st.builds(
        ev.EventsDropped, t=times, what=known_or_not(ev.GapCode), count=numbers,
        detail=st.none() | texts,
    ),
    st.builds(
        ev.RunFinished, t=times, exitcode=st.none() | numbers, signal=signals, seconds=times,
        stopped=st.none() | known_or_not(ev.StopReason),
    ),
)  # fmt: skip


@given(any_event)
def test_an_event_is_one_line_of_ascii(event: ev.Event) -> None:
    line = ev.encode(event)
    assert line.isascii()
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert len(line.decode().splitlines()) == 1


@given(any_event)
def test_a_line_decodes_to_the_event_that_it_encodes(event: ev.Event) -> None:
    assert ev.decode(ev.encode(event)) == event


@given(any_event)
def test_the_kind_comes_first_and_the_time_second(event: ev.Event) -> None:
    line = json.loads(ev.encode(event))
    assert list(line)[:2] == ["event", "t"]
    assert ev.encode(event).startswith(b'{"event":"')


@given(any_event, texts)
def test_a_field_of_a_later_version_is_ignored(event: ev.Event, value: str) -> None:
    line = {**json.loads(ev.encode(event)), "invented_later": {"deep": [value]}}
    assert ev.decode(json.dumps(line).encode()) == event


@given(texts)
def test_an_event_of_a_later_version_is_skipped(kind: str) -> None:
    line = {"event": f"{kind}_invented_later", "t": 1.0, "count": 3}
    assert ev.decode(json.dumps(line).encode()) is None


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ("process_started", "role"),
        ("process_changed", "role"),
        ("output", "stream"),
        ("task_started", "executor"),
        ("task_finished", "executor"),
        ("tasks_counted", "executor"),
        ("queue_sampled", "kind"),
        ("wait_started", "kind"),
        ("wait_finished", "kind"),
        ("events_dropped", "what"),
        ("run_finished", "stopped"),
    ],
)
def test_a_value_of_a_later_version_is_kept_as_text(event: str, field: str) -> None:
    told = next(
        plain
        for history in HISTORIES.values()
        for plain in map(json.loads, map(ev.encode, history))
        if plain["event"] == event
    )
    decoded = ev.decode(json.dumps({**told, field: "invented later"}).encode())
    assert getattr(decoded, field) == "invented later"


@given(any_event, st.data())
def test_a_torn_line_is_no_event(event: ev.Event, data: st.DataObject) -> None:
    whole = ev.encode(event)[:-1]
    length = data.draw(st.integers(0, len(whole) - 1))
    assert ev.decode(whole[:length]) is None


@given(st.binary())
def test_bytes_that_are_no_event_never_raise(line: bytes) -> None:
    assert ev.decode(line) is None


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"null",
        b"[]",
        b"{}",
        b'{"event":"run_finished"}',
        b'{"t":1.0}',
        b'{"event":"output","t":"late","process":0,"stream":"stdout","text":""}',
        b'{"event":"output","t":1.0,"process":0,"stream":"stdout","data":"%%%"}',
        b'{"event":"output","t":1.0,"process":0,"stream":"stdout","text":"\xff"}',
        b'{"event":"output","t":1.0,"process":0,"stream":"stdout","text":"\\ud800"}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_line_is_no_event(line: bytes) -> None:
    assert ev.decode(line) is None


def test_a_field_nested_without_end_is_a_damaged_line() -> None:
    line = b'{"event":"events_dropped","t":1.0,"what":"a","count":1,"x":' + b"[" * 100_000
    assert ev.decode(line) is None


def test_a_name_that_is_not_utf_8_can_be_recorded() -> None:
    event = ev.EventsDropped(t=1.0, what="caf\udce9", count=1)
    assert ev.decode(ev.encode(event)) is not None


def test_a_line_feed_in_a_name_cannot_forge_an_event() -> None:
    forged = (
        'x\n{"event":"run_finished","t":1.0,"exitcode":0,"signal":null,"seconds":1,"stopped":null}'
    )
    event = ev.EventsDropped(t=1.0, what=forged, count=1)
    assert ev.encode(event).splitlines() == [ev.encode(event)[:-1]]


@pytest.mark.parametrize("name", HISTORIES)
def test_histories_are_what_a_recording_holds(name: str) -> None:
    history = HISTORIES[name]
    assert isinstance(history[0], ev.RunStarted)
    assert history[0].schema == ev.SCHEMA
    assert [event.t for event in history] == sorted(event.t for event in history)
    for event in history:
        assert ev.decode(ev.encode(event)) == event
    ends = [place for place, event in enumerate(history) if isinstance(event, ev.RunFinished)]
    assert ends in ([], [len(history) - 1])


def test_histories_hold_every_kind_of_event() -> None:
    kinds = {type(event) for history in HISTORIES.values() for event in history}
    assert kinds == set(get_args(ev.Event))


def test_no_output_of_a_history_is_larger_than_an_event_may_be() -> None:
    for history in HISTORIES.values():
        for event in history:
            if isinstance(event, ev.Output):
                assert len(event.data or (event.text or "").encode()) <= ev.MAX_OUTPUT_BYTES


def test_events_cannot_be_changed() -> None:
    event = ev.EventsDropped(t=1.0, what="samples", count=1)
    with pytest.raises(AttributeError):
        event.count = 2  # type: ignore[misc]
