"""Sources that were sent with a session that was over."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    execute_beside(__file__)
