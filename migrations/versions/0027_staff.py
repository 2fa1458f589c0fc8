"""Staff of contests, and balloons."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    execute_beside(__file__)
