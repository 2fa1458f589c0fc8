"""``python -m judge``."""

from __future__ import annotations

from judge.cli import main

main()
