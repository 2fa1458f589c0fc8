"""Tokens for those who help with a contest."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    execute_beside(__file__)
