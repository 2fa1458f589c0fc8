"""Languages of contests."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    execute_beside(__file__)
