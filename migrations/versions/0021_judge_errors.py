"""Judge errors, found at once."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    execute_beside(__file__)
