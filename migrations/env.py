"""What Alembic runs: the revisions, on the connection and in the transaction that ``judge.database.migrate`` opened."""

from __future__ import annotations

from typing import Any

from alembic import context

_attributes: dict[str, Any] = context.config.attributes
_applied: list[str] = _attributes.get("applied", [])


def _note(**facts: Any) -> None:
    """Remember each revision applied."""
    _applied.append(facts["step"].up_revision_id)


context.configure(connection=_attributes["connection"], on_version_apply=_note)
with context.begin_transaction():
    context.run_migrations()
