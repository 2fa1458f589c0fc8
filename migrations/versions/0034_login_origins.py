"""Where accounts were logged in to before, so that guessing from elsewhere keeps nobody out."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    execute_beside(__file__)
