"""Which compilers judgehosts have, and which one each judging was made with."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    execute_beside(__file__)
