"""Who is to be woken when the database tells of something new.

One connection per process listens to Postgres. A notification names a topic and carries nothing else: it sets one flag
for each that watches the topic, and they read what is new from its table. So nothing is kept here for a slow reader.

Topics, as ``judge.store.events.CHANNEL`` has them: a submission's is its id. Any other page's is whatever its store
notifies of, such as ``standings/7``.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import structlog
from aiohttp import web

from judge.errors import JudgeError
from judge.store.events import CHANNEL
from judge.store.listening import listen

#: How many streams may be open at once, by what they are counted by. A browser has at most six to one site.
#: An address may be a whole school's.
MOST_OF_ONE: Mapping[str, int] = {"session": 12, "account": 36, "stranger": 200, "address": 1500}
PER_PROCESS = 5000

_FIRST_RETRY_S = 0.5
_LONGEST_RETRY_S = 15.0
_RETRY_LATER = {"Retry-After": "60"}

#: What a stream is counted by and as: ("account", "17").
Counted = tuple[str, str]

_log = structlog.get_logger(__name__)


class Hub:
    """Who watches what."""

    def __init__(self, dsn: str, *, forget: Callable[[str | None], None] = lambda _: None) -> None:
        """Nobody is woken before ``forget`` has dropped what is known of the topic; None: of everything."""
        self._dsn = dsn
        self._forget = forget
        self._watchers: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._open: Counter[Counted] = Counter()
        self.count = 0
        self.is_closing = False

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

    def close(self) -> None:
        """Let every stream end."""
        self.is_closing = True
        self.wake_all()

    def wake_all(self) -> None:
        self._forget(None)
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.set()

    @contextmanager
    def watching(self, topic: str, counted: Sequence[Counted]) -> Iterator[asyncio.Event]:
        """An event that is set whenever there may be something new of the topic.

        Raises:
            web.HTTPTooManyRequests: whoever this is counted as watches too much already.
            web.HTTPServiceUnavailable: everybody together does.
        """
        if any(self._open[key] >= MOST_OF_ONE[key[0]] for key in counted):
            raise web.HTTPTooManyRequests(headers=_RETRY_LATER)
        if self.count >= PER_PROCESS:
            raise web.HTTPServiceUnavailable(headers=_RETRY_LATER)
        news = asyncio.Event()
        self.count += 1
        self._open.update(counted)
        self._watchers[topic].add(news)
        try:
            yield news
        finally:
            self._watchers[topic].discard(news)
            if not self._watchers[topic]:
                del self._watchers[topic]
            self.count -= 1
            self._open.subtract(counted)
            for key in counted:
                if not self._open[key]:
                    del self._open[key]

    def _heard(self, payload: str) -> None:
        self._forget(payload)
        for watcher in self._watchers.get(payload, ()):
            watcher.set()
