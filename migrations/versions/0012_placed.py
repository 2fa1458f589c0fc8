"""Judgings that have their turns are not placed one by one."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    execute_beside(__file__)
