"""A queue that is claimed from in constant time: lanes, turns, pauses and pools of judgehosts."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    execute_beside(__file__)
