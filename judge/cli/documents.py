"""The option ``--json``, and printing what a command found as it asks."""

from __future__ import annotations

import json
from collections.abc import Iterable

import click

JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def show(document: object, lines: Iterable[str], *, as_json: bool) -> None:
    """Print the document, or the lines that say the same to people."""
    for line in [json.dumps(document)] if as_json else lines:
        click.echo(line)
