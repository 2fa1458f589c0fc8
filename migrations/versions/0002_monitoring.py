"""Monitoring of judgehosts, and isolation levels by contest."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    execute_beside(__file__)
