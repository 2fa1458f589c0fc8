"""Addresses that log in to an account by themselves."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    execute_beside(__file__)
