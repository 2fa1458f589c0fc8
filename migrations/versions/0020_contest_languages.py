"""Languages of contests."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    execute_beside(__file__)
