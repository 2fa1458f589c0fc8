"""Collects what is wrong with a package, so that its author reads everything at once."""

from __future__ import annotations

from dataclasses import dataclass, field

#: A package may be wrong in every line; nobody reads more than this.
MOST = 100


@dataclass(slots=True)
class Findings:
    """Errors forbid judging the package, warnings do not. Each is ``file[:line]: text``, and said once."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def error(self, file: str, text: str, *, line: int | None = None) -> None:
        _add(self.errors, file, text, line)

    def warning(self, file: str, text: str, *, line: int | None = None) -> None:
        _add(self.warnings, file, text, line)


def _add(lines: list[str], file: str, text: str, line: int | None) -> None:
    place = file if line is None else f"{file}:{line}"
    # File names and texts may quote the package, which must not be able to forge lines or steer a terminal.
    said = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in f"{place}: {text}")
    # Several readers look at the same folder, and each comes upon the same oddity.
    if said in lines:
        return
    if len(lines) < MOST:
        lines.append(said)
    elif len(lines) == MOST:
        lines.append(f"(more than {MOST} findings: the rest is not shown)")
