"""Incidents: what a judgehost's admins should hear of, beside verdicts.

Whoever sees one makes an ``Incident``; ``store.security`` keeps it and ``/admin/security`` shows it.
Names of calls, processes and cells in it can be a submission's doing, so that an incident is bounded by construction.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

#: Of one judging; a program that tries everything must not fill the table.
MOST_INCIDENTS = 20
MOST_DETAIL_CHARS = 200
_MOST_COUNT = 2**31 - 1
_STRAY = "\N{REPLACEMENT CHARACTER}"


class Severity(StrEnum):
    """What an incident asks of admins; ordered by ``rank``."""

    INFO = "info"  # nothing
    WARNING = "warning"  # a look at the submission or the host, when there is time
    ALARM = "alarm"  # a look at once: a wall may have been broken, or a host cannot be trusted to judge

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


class IncidentKind(StrEnum):
    """What was seen."""

    REFUSED_CALL = "refused-call"  # a run asked the kernel for what no honest program needs; detail: the call
    OUT_OF_MEMORY = "out-of-memory"  # the kernel killed a process of a run for want of memory
    STRAY_PROCESS = "stray-process"  # a process with a cell's user lives outside of any cell
    STRAY_MOUNT = "stray-mount"  # something of a closed cell is still mounted
    STRAY_CGROUP = "stray-cgroup"  # a control group of a closed cell is still there
    CELL_ENDED = "cell-ended"  # a cell ended or fell silent by itself
    HOST_UNFIT = "host-unfit"  # a judgehost failed its self-test
    CANARY_FAILED = "canary-failed"  # a judgehost judged known programs otherwise than they have to be

    @property
    def severity(self) -> Severity:
        return _SEVERITIES[self]

    @property
    def is_locking(self) -> bool:
        """Whether a judgehost that sees it takes no work until an admin has looked."""
        return self in (IncidentKind.STRAY_PROCESS, IncidentKind.CANARY_FAILED)

    @property
    def words(self) -> str:
        """The kind in words, as pages show it."""
        return _WORDS[self]


_SEVERITIES = {
    IncidentKind.REFUSED_CALL: Severity.WARNING,
    IncidentKind.OUT_OF_MEMORY: Severity.INFO,
    IncidentKind.STRAY_PROCESS: Severity.ALARM,
    IncidentKind.STRAY_MOUNT: Severity.ALARM,
    IncidentKind.STRAY_CGROUP: Severity.WARNING,
    IncidentKind.CELL_ENDED: Severity.WARNING,
    IncidentKind.HOST_UNFIT: Severity.ALARM,
    IncidentKind.CANARY_FAILED: Severity.ALARM,
}
_WORDS = {
    IncidentKind.REFUSED_CALL: "Refused system call",
    IncidentKind.OUT_OF_MEMORY: "Killed for want of memory",
    IncidentKind.STRAY_PROCESS: "Process outside of any cell",
    IncidentKind.STRAY_MOUNT: "Mount left by a cell",
    IncidentKind.STRAY_CGROUP: "Control group left by a cell",
    IncidentKind.CELL_ENDED: "Cell ended by itself",
    IncidentKind.HOST_UNFIT: "Judgehost unfit",
    IncidentKind.CANARY_FAILED: "Canaries failed",
}


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing seen, ``count`` times. Whatever ``detail`` was made from, it is short and printable."""

    kind: IncidentKind
    detail: str
    count: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", _clean(self.detail))
        object.__setattr__(self, "count", min(max(1, self.count), _MOST_COUNT))

    @property
    def severity(self) -> Severity:
        return self.kind.severity


def of_run(*, denied: Mapping[str, int], oom_kills: int) -> tuple[Incident, ...]:
    """What a run's outcome tells: refused calls by name, and kills for want of memory."""
    found = [Incident(IncidentKind.REFUSED_CALL, name, times) for name, times in denied.items() if times > 0]
    if oom_kills > 0:
        found.append(Incident(IncidentKind.OUT_OF_MEMORY, "", oom_kills))
    return merged(found)


def merged(incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    """Equal ones as one with their counts added, the worst first; no more than ``MOST_INCIDENTS``."""
    counts: dict[tuple[IncidentKind, str], int] = {}
    for incident in incidents:
        key = (incident.kind, incident.detail)
        counts[key] = counts.get(key, 0) + incident.count
    found = [Incident(kind, detail, count) for (kind, detail), count in counts.items()]
    return tuple(sorted(found, key=lambda incident: -incident.severity.rank)[:MOST_INCIDENTS])


def _clean(text: str) -> str:
    """Cut, and with a mark for every character that has no shape of its own or would change its neighbours'."""
    cut = text if len(text) <= MOST_DETAIL_CHARS else text[: MOST_DETAIL_CHARS - 1] + "…"
    return "".join(_STRAY if unicodedata.category(char)[0] == "C" or char in "\u2028\u2029" else char for char in cut)
