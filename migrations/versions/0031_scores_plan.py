"""Counting a row again is planned once for each connection."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    execute_beside(__file__)
