"""How long judgings of a problem took lately, found at once."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    execute_beside(__file__)
