"""Sources run on their authors' own inputs."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    execute_beside(__file__)
