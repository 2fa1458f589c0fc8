"""Blobs whose bytes are in an object store."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    execute_beside(__file__)
