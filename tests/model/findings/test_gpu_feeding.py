"""When a GPU waits for its data, when its loaders wait for it, and when neither can be said."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from msgspec.structs import replace

from mptui import events as ev
from mptui.model import Run
from mptui.model.findings import Finding, Findings
from tests.histories import HISTORIES, Story


def found(history: list[ev.Event]) -> dict[str, Finding]:
    run, findings = Run(), Findings()
    run.apply(history, before=findings.note)
    return {
        finding.kind: finding for finding in findings.find(run) if finding.kind.startswith("gpu")
    }


class Case(NamedTuple):
    """A training of 30 seconds: shares of each second, and how busy the GPU is."""

    gpu: float | None = 25.0
    loaders: int = 4
    on_core: float = 0.95
    """Of a loader."""
    in_task: float | None = None
    """Of a loader; None: its tasks are not seen."""
    main: float | None = 0.2
    seconds: int = 30
    name: str = "DataLoader"
    is_mapped: bool = True
    """Whether the driver's pids are those of the program."""
    gpu_count: int = 1


def training(case: Case) -> list[ev.Event]:
    story = Story("train.py", core_count=16)
    loaders = [story.process(f"{case.name} {n}") for n in range(case.loaders)]
    story.executor = "queue"
    for second in range(1, case.seconds + 1):
        for _ in range(2):
            story.after(0.5)
            story.look(dict.fromkeys(loaders, 100 * case.on_core), second * 1000)
            lasted = story.t
            accounts = {loader: ev.CoreSeconds(case.on_core * lasted, 0.0) for loader in loaders}
            if case.main is not None:
                accounts[story.main] = ev.CoreSeconds(case.main * lasted, 0.0)
            story.events[-1] = replace(story.events[-1], core_seconds=accounts)
        for loader in loaders if case.in_task is not None else ():
            story.task_done(loader, "batch", case.in_task or 0.0)
        uses = [ev.GpuUse(gpu, 2**30, case.gpu) for gpu in range(case.gpu_count)]
        story.gpus(
            dict.fromkeys(range(case.gpu_count), case.gpu),
            {story.main: uses} if case.is_mapped else {},
        )
    return story.events


def test_a_gpu_waits_for_data_that_busy_loaders_cannot_bring_fast_enough() -> None:
    finding = found(HISTORIES["training"])["gpu-starves"]
    assert finding.severity == "warning"
    assert finding.headline == "The GPU waits for data: it was busy 27 % of the time"
    assert "train.py was on a core for 20 % of the time" in finding.evidence
    assert "8 workers that load its data had something to do for 1" in finding.evidence
    assert finding.processes == tuple(range(9))


@pytest.mark.parametrize(
    "case",
    [
        Case(),
        Case(on_core=0.1, in_task=0.99),
        Case(is_mapped=False),
        Case(gpu=0.0, main=0.45),
        Case(loaders=1),
    ],
)
def test_that_is_found(case: Case) -> None:
    assert list(found(training(case))) == ["gpu-starves"]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(Case(gpu=60.0), id="the GPU has enough to do"),
        pytest.param(Case(gpu=None), id="how busy it is is not known"),
        pytest.param(Case(main=0.95), id="the main process computes itself"),
        pytest.param(Case(main=None), id="what the main process does is not known"),
        pytest.param(Case(on_core=0.3), id="the loaders rest"),
        pytest.param(Case(on_core=0.3, in_task=0.5), id="they have nothing to do at times"),
        pytest.param(Case(seconds=9), id="it has only begun"),
        pytest.param(Case(name="Process"), id="they load nothing"),
        pytest.param(Case(is_mapped=False, gpu_count=2), id="whose GPU it is is not known"),
    ],
)
def test_that_is_not_found_where(case: Case) -> None:
    assert found(training(case)) == {}


def test_loaders_that_rest_while_the_gpu_is_busy_are_more_than_are_needed() -> None:
    findings = found(training(Case(gpu=97.0, on_core=0.05, in_task=0.05)))
    assert list(findings) == ["gpu-limits"]
    finding = findings["gpu-limits"]
    assert finding.severity == "note"
    assert "4 workers that load the data of train.py had nothing to do for 95 %" in finding.evidence


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(Case(gpu=97.0, on_core=0.05), id="what they do is not seen"),
        pytest.param(Case(gpu=97.0, on_core=0.05, in_task=0.5), id="they have work"),
        pytest.param(Case(gpu=97.0, on_core=0.5, in_task=0.05), id="they compute"),
        pytest.param(Case(gpu=80.0, on_core=0.05, in_task=0.05), id="the GPU rests too"),
        pytest.param(Case(gpu=97.0, loaders=1, in_task=0.05), id="there is only one"),
    ],
)
def test_nothing_is_said_of_loaders_where(case: Case) -> None:
    assert found(training(case)) == {}


def test_a_driver_that_answers_no_more_ends_the_time_that_is_known() -> None:
    history = training(Case(seconds=20))
    lost = ev.GpuSample("GPU", None, 0, 0)
    history.append(ev.GpusSampled(t=20.6, gpus={0: lost}, processes={0: []}))
    history += [ev.Sampled(t=float(t), cores=[], processes={}) for t in range(21, 60)]
    run = Run()
    run.apply(history)
    assert run.gpus.of_process == {}
    assert "For 14 s, " in found(history)["gpu-starves"].evidence
