"""The queue, judgehosts and database as a discrete-event simulation. Times are seconds.

A judgehost claims as our daemon does: it waits for a free slot of its own, then for work, then asks the database, one
claim after the other. Which judging it gets is decided at that moment, by priority, turn and age. The database does one
thing at a time, at the speed that it was measured at with many clients.

Left out: judgings that have other slots' help while nobody else wants them, and whatever fails.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import simpy

Steps = Generator[simpy.Event, Any, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One judging as it is queued."""

    at_s: float
    user: int
    #: How long a slot takes for it.
    service_s: float
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Overheads:
    """What is between judgings."""

    #: From a free slot and waiting work to the claim, on one judgehost.
    dispatch_s: float = 0.003
    #: What the database does for one judging from queuing to verdict, as the reciprocal of how many it did in a second.
    database_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """One judging as it went."""

    arrival: Arrival
    claimed_s: float
    finished_s: float

    @property
    def wait_s(self) -> float:
        return self.claimed_s - self.arrival.at_s

    @property
    def answer_s(self) -> float:
        return self.finished_s - self.arrival.at_s


def simulate(arrivals: Sequence[Arrival], *, slots: Sequence[int], overheads: Overheads) -> list[Judging]:
    """The judgings in the order of their verdicts, with so many slots on each judgehost."""
    if not slots or min(slots) < 1:
        raise ValueError("there is no slot to judge on")
    court = _Court(overheads)
    court.environment.process(court.submit(sorted(arrivals, key=lambda arrival: arrival.at_s)))
    for count in slots:
        court.environment.process(court.serve(count))
    court.environment.run()
    return court.done


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


class _Court:
    def __init__(self, overheads: Overheads) -> None:
        self.environment = simpy.Environment()
        self.done: list[Judging] = []
        self._overheads = overheads
        self._database = simpy.Resource(self.environment)
        self._queue = _Queue()
        #: One for each judging that waits and that no judgehost is on its way to.
        self._waiting = simpy.Container(self.environment)

    def submit(self, arrivals: Sequence[Arrival]) -> Steps:
        for arrival in arrivals:
            yield self.environment.timeout(max(0.0, arrival.at_s - self.environment.now))
            self._queue.put(arrival)
            yield self._waiting.put(1)

    def serve(self, slots: int) -> Steps:
        """One judgehost: it claims for one slot after the other."""
        free = simpy.Container(self.environment, init=slots)
        while True:
            yield free.get(1)
            yield self._waiting.get(1)
            yield self.environment.timeout(self._overheads.dispatch_s)
            yield from self._ask(self._overheads.database_s / 2)
            self.environment.process(self._judge(self._queue.take(), free))

    def _judge(self, arrival: Arrival, free: simpy.Container) -> Steps:
        claimed_s = self.environment.now
        yield self.environment.timeout(arrival.service_s)
        yield from self._ask(self._overheads.database_s / 2)
        self._queue.leave(arrival)
        self.done.append(Judging(arrival=arrival, claimed_s=claimed_s, finished_s=self.environment.now))
        yield free.put(1)

    def _ask(self, cost_s: float) -> Steps:
        if cost_s:
            with self._database.request() as turn:
                yield turn
                yield self.environment.timeout(cost_s)


class _Queue:
    """Priorities and turns, as the database places and takes judgings of one lane."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, int, Arrival]] = []
        self._count = 0
        #: The highest turn claimed of each priority.
        self._served: dict[int, int] = defaultdict(int)
        #: Turns of a user's judgings that are not done, by user and priority.
        self._open: dict[tuple[int, int], list[int]] = defaultdict(list)
        self._turns: dict[int, int] = {}

    def put(self, arrival: Arrival) -> None:
        own = self._open[arrival.user, arrival.priority]
        turn = max(self._served[arrival.priority], max(own, default=-1) + 1)
        own.append(turn)
        self._turns[id(arrival)] = turn
        self._count += 1
        heapq.heappush(self._heap, (arrival.priority, turn, self._count, arrival))

    def take(self) -> Arrival:
        priority, turn, _, arrival = heapq.heappop(self._heap)
        self._served[priority] = max(self._served[priority], turn)
        return arrival

    def leave(self, arrival: Arrival) -> None:
        self._open[arrival.user, arrival.priority].remove(self._turns.pop(id(arrival)))
