"""The first schema."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0001"
down_revision = None


def upgrade() -> None:
    execute_beside(__file__)
