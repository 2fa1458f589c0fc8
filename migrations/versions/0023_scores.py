"""What scoreboards are made of, kept right by triggers; three ways of scoring a contest."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    execute_beside(__file__)
