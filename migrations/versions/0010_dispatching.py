"""Judgehosts that are fed by a broker: what each can take, and what was sent to it."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    execute_beside(__file__)
