"""The way to a scheduler: a client of it, and in it the plugin that this client asks.

The only module that knows `distributed`, which it imports when a link is made. It must not run
anything of a person's, keep a result, or change how the cluster works.
"""

from __future__ import annotations

import asyncio
import os
import uuid
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from mptui.cluster.batch import batch_from
from mptui.cluster.ended_tasks import TaskCounter
from mptui.errors import EXIT_USAGE, MptuiError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from mptui.cluster.batch import Batch

_ANSWER_SECONDS: Final = 20.0
"""A scheduler that takes longer is said not to answer."""
_LEAVING_SECONDS: Final = 2.0
_PID_SECONDS: Final = 10.0
"""How long to wait for workers, which answer at once unless they hang."""
_LOGS: Final = 50
_LOG_CHARACTERS: Final = 8000
_QUIET: Final = {
    # A list of all workers that nobody here reads.
    "distributed.client.scheduler-info-interval": "1h",
    "distributed.comm.retry.count": 0,
}
_PLUGIN: Final = Path(__file__).with_name("scheduler_plugin.py")


class LinkLostError(Exception):
    """The scheduler does not answer any more."""


class SchedulerLink:
    """A link to one scheduler; made by `connect`.

    Args:
        client: the client, of which this is the only user.
        name: of the plugin.
        function_of: what Dask calls the tasks with this key.
    """

    def __init__(self, client: Any, name: str, function_of: Callable[[Hashable], str]) -> None:
        self._client = client
        self._name = name
        self.tasks = TaskCounter(function_of)
        """What is to be taken from each answer, in order."""

    @classmethod
    async def connect(cls, address: str, seconds: float) -> Self:
        """Connect to the scheduler at this address.

        Args:
            address: such as ``tcp://10.0.0.7:8786``.
            seconds: how long to wait for an answer.

        Raises:
            MptuiError: `distributed` is missing, or the scheduler does not let itself be watched.
            LinkLostError: nobody answers.
        """
        client_type = _client_type()
        name = f"mptui-{uuid.uuid4().hex[:8]}"
        import dask.utils  # noqa: PLC0415

        try:
            with dask.config.set(_QUIET), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                client = await client_type(
                    address, asynchronous=True, timeout=seconds, set_as_default=False, name="mptui"
                )
        except (OSError, ValueError) as error:
            raise LinkLostError(str(error)) from error
        link = cls(client, name, dask.utils.key_split)
        try:
            await link._settle()
        except BaseException:
            await link.leave()
            raise
        return link

    async def _settle(self) -> None:
        for topic in ("print", "warn"):
            with suppress(Exception):
                # What workers print is for the recording, not for this process's own output.
                self._client.unsubscribe_topic(topic)
        plugin = _plugin(self._name, self._client.id)
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await self._client.register_plugin(plugin, self._name)
        except (OSError, TimeoutError) as error:
            raise LinkLostError(str(error)) from error
        except Exception as error:
            reason = str(error).partition("\n")[0] or type(error).__name__
            raise MptuiError(f"the scheduler does not let itself be watched: {reason}") from error

    async def ask(self) -> Batch:
        """What has happened since the last time.

        Raises:
            LinkLostError: it does not answer.
        """
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                return batch_from(await getattr(self._client.scheduler, self._name)())
        except Exception as error:
            # Also where another scheduler has taken its place, which has no such plugin.
            raise LinkLostError(str(error)) from error

    async def pids(self, addresses: Sequence[str]) -> dict[str, int]:
        """The pids of these workers, as far as they answer soon."""
        if not addresses:
            return {}
        try:
            async with asyncio.timeout(_PID_SECONDS):
                answers = await self._client.run(
                    os.getpid, workers=list(addresses), on_error="ignore"
                )
        except Exception:  # noqa: BLE001 - whatever it is, there are no pids then
            return {}
        return {address: pid for address, pid in answers.items() if isinstance(pid, int)}

    async def logs(self) -> dict[str, list[str]]:
        """The latest logs of all workers, by address, the newest first, as far as they answer."""
        try:
            async with asyncio.timeout(_PID_SECONDS):
                answers = await self._client.get_worker_logs(n=_LOGS)
        except Exception:  # noqa: BLE001 - there will be others
            return {}
        return {
            address: [str(line)[:_LOG_CHARACTERS] for _, line in lines]
            for address, lines in answers.items()
            if isinstance(lines, (list, tuple))
        }

    async def leave(self) -> None:
        """Leave; the plugin goes with the client."""
        with suppress(Exception):
            async with asyncio.timeout(_LEAVING_SECONDS):
                await self._client.close()


def _client_type() -> Any:
    """What connects to a scheduler.

    Raises:
        MptuiError: it is not installed.
    """
    try:
        from distributed import Client  # noqa: PLC0415
    except ImportError as error:
        raise MptuiError(
            "mptui watch needs Dask's distributed, in the version of the cluster: "
            "pip install 'mptui[dask]'",
            EXIT_USAGE,
        ) from error
    return Client


def _plugin(name: str, client: str) -> Any:
    """The plugin, as text for a scheduler whose Python may be another one."""
    from distributed.diagnostics.plugin import SchedulerPlugin  # noqa: PLC0415

    source = _PLUGIN.read_text(encoding="utf-8")
    expression = (
        f"(lambda names: (exec({source!r}, names), names['MptuiWatch']({name!r}, {client!r}))[1])"
        "({'__name__': 'mptui_watch'})"
    )

    class _Sent(SchedulerPlugin):
        """Becomes the plugin where it is unpickled."""

        def __reduce__(self) -> tuple[Any, ...]:
            return eval, (expression,)

    return _Sent()
