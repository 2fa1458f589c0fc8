"""Who is to be woken when the database tells of something new.

One connection per process listens to Postgres. A notification names a topic and carries nothing else: it sets one flag
for each that watches the topic, and they read what is new from its table. So nothing is kept here for a slow reader.

A stream does not notice that its reader has left before it says something again. So those whose connection is gone are
ended from here: now and then, and before anybody is refused for having too many.

Topics, as ``judge.store.events.CHANNEL`` has them: a submission's is its id. Any other page's is whatever its store
notifies of, such as ``standings/7``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from aiohttp import web

from judge.errors import JudgeError
from judge.store.events import CHANNEL
from judge.store.listening import listen

#: How many streams may be open at once, by what they are counted by. A browser has at most six to one site.
#: An address may be a whole school's.
MOST_OF_ONE: Mapping[str, int] = {"session": 12, "account": 36, "stranger": 200, "address": 1500}
PER_PROCESS = 5000

#: How often it is looked who has left.
_LOOK_S = 1.0
_FIRST_RETRY_S = 0.5
_LONGEST_RETRY_S = 15.0
_RETRY_LATER = {"Retry-After": "60"}

#: What a stream is counted by and as: ("account", "17").
Counted = tuple[str, str]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Watcher:
    """One stream that is open."""

    #: What it is counted as, and its topic, by which it is found.
    keys: Sequence[Counted]
    is_gone: Callable[[], bool]
    task: asyncio.Task[object] | None
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Hub:
    """Who watches what."""

    def __init__(self, dsn: str, *, forget: Callable[[str | None], None] = lambda _: None) -> None:
        """Nobody is woken before ``forget`` has dropped what is known of the topic; None: of everything."""
        self._dsn = dsn
        self._forget = forget
        self._all: set[_Watcher] = set()
        self._by: dict[Counted, set[_Watcher]] = {}
        self.is_closing = False

    @property
    def count(self) -> int:
        """How many streams are open."""
        return len(self._all)

    async def run(self) -> None:
        """Listen until cancelled, beginning again whenever the connection is lost."""
        retry_s = _FIRST_RETRY_S
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await listen(self._dsn, CHANNEL, heard=self._heard, connected=self.wake_all)
            except JudgeError as error:
                if asyncio.get_running_loop().time() - began > _LONGEST_RETRY_S:
                    retry_s = _FIRST_RETRY_S
                _log.warning("live updates wait for the database", error=str(error), retry_s=retry_s)
            await asyncio.sleep(retry_s)
            retry_s = min(retry_s * 2, _LONGEST_RETRY_S)

    async def end_left(self) -> None:
        """End streams whose reader has left, until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_S)
            self._end_left(self._all)

    def close(self) -> None:
        """Let every stream end."""
        self.is_closing = True
        self.wake_all()

    def wake_all(self) -> None:
        self._forget(None)
        for watcher in self._all:
            watcher.news.set()

    @contextmanager
    def watching(
        self, topic: str, counted: Sequence[Counted], *, is_gone: Callable[[], bool]
    ) -> Iterator[asyncio.Event]:
        """An event that is set whenever there may be something new of the topic.

        Args:
            topic: what notifications of it name.
            counted: what the stream is counted as.
            is_gone: whether its reader has left; the task that entered this is cancelled then.

        Raises:
            web.HTTPTooManyRequests: whoever this is counted as watches too much already.
            web.HTTPServiceUnavailable: everybody together does.
        """
        for key in counted:
            if self._has_too_many(key):
                self._end_left(self._by[key])
            if self._has_too_many(key):
                raise web.HTTPTooManyRequests(headers=_RETRY_LATER)
        if self.count >= PER_PROCESS:
            raise web.HTTPServiceUnavailable(headers=_RETRY_LATER)
        watcher = _Watcher(keys=(("topic", topic), *counted), is_gone=is_gone, task=asyncio.current_task())
        self._all.add(watcher)
        for key in watcher.keys:
            self._by.setdefault(key, set()).add(watcher)
        try:
            yield watcher.news
        finally:
            self._leave(watcher)

    def _end_left(self, among: Collection[_Watcher]) -> None:
        for watcher in [each for each in among if each.is_gone()]:
            # It ends in a moment, and is not to be counted until then.
            self._leave(watcher)
            if watcher.task is not None:
                watcher.task.cancel()

    def _has_too_many(self, key: Counted) -> bool:
        return len(self._by.get(key, ())) >= MOST_OF_ONE[key[0]]

    def _leave(self, watcher: _Watcher) -> None:
        if watcher not in self._all:
            return
        self._all.remove(watcher)
        for key in watcher.keys:
            self._by[key].remove(watcher)
            if not self._by[key]:
                del self._by[key]

    def _heard(self, payload: str) -> None:
        self._forget(payload)
        for watcher in self._by.get(("topic", payload), ()):
            watcher.news.set()
