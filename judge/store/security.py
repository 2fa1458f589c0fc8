"""Security events: incidents as rows, for admins to look at and acknowledge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from judge.incidents import Incident, IncidentKind, Severity
from judge.store import audit
from judge.store.pool import Connection

#: Those of one page, and more than that is nobody's one click.
MOST_ACKNOWLEDGED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEvent:
    """One row of ``security_events``, with what a page needs beside it."""

    id: int
    at: datetime
    #: A text that is no kind we know was written by a newer release.
    kind: IncidentKind | str
    severity: Severity
    detail: str
    count: int
    #: Where it was seen; None in rows of a release that did not say.
    judgehost: str | None
    submission_id: int | None
    #: The name of the cell it is about, where it was seen from outside.
    cell: str | None
    acknowledged_at: datetime | None
    #: The login of whoever did.
    acknowledged_by: str | None

    @property
    def is_open(self) -> bool:
        """Whether it waits for an admin; what is for information only never does."""
        return self.acknowledged_at is None and self.severity is not Severity.INFO


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which events to list; None and false leave nothing out."""

    kind: IncidentKind | None = None
    severity: Severity | None = None
    is_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An incident that a judgehost saw from outside of runs."""

    incident: Incident
    #: The name of the cell it is about; None: it is about the host.
    cell: str | None = None
    #: The judging that the cell was used for; None: for none.
    judging_id: int | None = None


async def record_of_judging(connection: Connection, *, judging_id: int, incidents: Sequence[Incident]) -> None:
    """Write down what a judging's runs tried; within the transaction that ends the claim."""
    await connection.executemany(
        "INSERT INTO security_events (judging_id, judgehost_id, kind, severity, detail, count)"
        " SELECT id, judgehost_id, $2, $3::text::security_severity, $4, $5 FROM judgings WHERE id = $1",
        [(judging_id, *_values(incident)) for incident in incidents],
    )


async def record_of_host(connection: Connection, *, judgehost_id: int, seen: Sequence[Seen]) -> None:
    """Write down what a judgehost saw of its cells and of itself."""
    await connection.executemany(
        "INSERT INTO security_events (judgehost_id, kind, severity, detail, count, judging_id, data)"
        " VALUES ($1, $2, $3::text::security_severity, $4, $5, $6, $7)",
        [
            (judgehost_id, *_values(one.incident), one.judging_id, {} if one.cell is None else {"cell": one.cell[:100]})
            for one in seen
        ],
    )


async def page(
    connection: Connection, *, wanted: Filter, before_id: int | None = None, limit: int = 50
) -> list[SecurityEvent]:
    """Events, the newest first, older than ``before_id``."""
    rows = await connection.fetch(
        """
        SELECT e.id, e.at, e.kind, e.severity::text, e.detail, e.count, h.name AS judgehost, j.submission_id,
               e.data ->> 'cell' AS cell, e.acknowledged_at, u.login AS acknowledged_by
        FROM security_events e
        LEFT JOIN judgehosts h ON h.id = e.judgehost_id
        LEFT JOIN judgings j ON j.id = e.judging_id
        LEFT JOIN users u ON u.id = e.acknowledged_by
        WHERE ($1::text IS NULL OR e.kind = $1) AND ($2::text IS NULL OR e.severity::text = $2)
          AND (NOT $3 OR (e.acknowledged_at IS NULL AND e.severity <> 'info'))
          AND ($4::bigint IS NULL OR e.id < $4)
        ORDER BY e.id DESC LIMIT $5
        """,
        wanted.kind,
        wanted.severity,
        wanted.is_open,
        before_id,
        limit,
    )
    return [_event(dict(row)) for row in rows]


async def acknowledge(connection: Connection, *, event_ids: Sequence[int], by: int) -> int:
    """Note that an admin has looked at these events; how many were new to anybody. The audit log says so too."""
    async with connection.transaction():
        rows = await connection.fetch(
            "UPDATE security_events SET acknowledged_at = now(), acknowledged_by = $2"
            " WHERE id = ANY($1::bigint[]) AND acknowledged_at IS NULL RETURNING id",
            list(event_ids[:MOST_ACKNOWLEDGED]),
            by,
        )
        if rows:
            found = sorted(row["id"] for row in rows)
            await audit.record(connection, by=by, action="acknowledge events", data={"security_event_ids": found})
    return len(rows)


async def open_alarms(connection: Connection) -> int:
    """How many alarms nobody has acknowledged yet."""
    count: int = await connection.fetchval(
        "SELECT count(*) FROM security_events WHERE severity = 'alarm' AND acknowledged_at IS NULL"
    )
    return count


def _values(incident: Incident) -> tuple[str, str, str, int]:
    return incident.kind.value, incident.severity.value, incident.detail, incident.count


def _event(row: dict[str, Any]) -> SecurityEvent:
    kind = row["kind"]
    known = IncidentKind(kind) if kind in tuple(IncidentKind) else kind
    return SecurityEvent(**{**row, "kind": known, "severity": Severity(row["severity"])})
