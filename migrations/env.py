"""What Alembic runs: the revisions, on the connection and in the transaction that `judge.database.migrating` opened."""

from __future__ import annotations

from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo

_attributes: dict[str, Any] = context.config.attributes
_applied: list[str] = _attributes.get("applied", [])


def _note(ctx: MigrationContext, step: MigrationInfo, heads: object, run_args: object) -> None:  # noqa: ARG001
    """Remember each revision applied. Alembic passes these names as keywords."""
    _applied.append(str(step.up_revision_id))


context.configure(connection=_attributes["connection"], on_version_apply=_note)
with context.begin_transaction():
    context.run_migrations()
