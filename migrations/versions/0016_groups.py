"""Groups of accounts."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    execute_beside(__file__)
