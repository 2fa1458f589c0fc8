"""Who has read which clarifications."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    execute_beside(__file__)
