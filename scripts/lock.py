"""Writes the lock files: every package that the project's own requirements lead to, in the versions installed here."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
HEADER = """\
# {what}. Made by `make lock` from the versions in .venv, and not to be edited:
# change pyproject.toml, install with pip, run the tests, then make it again.
"""


def main() -> None:
    """Write both files."""
    runtime = closure({("judge", "")})
    everything = closure({("judge", ""), ("judge", "dev")})
    write("requirements.lock", "What the judge runs on", runtime)
    write("requirements-dev.lock", "What its tests and checks need beside requirements.lock", everything - runtime)


def closure(roots: set[tuple[str, str]]) -> set[str]:
    """Names of all packages that those (package, extra) pairs lead to, without the project itself."""
    seen: set[tuple[str, str]] = set()
    waiting = list(roots)
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        try:
            required = distribution(name).requires or []
        except PackageNotFoundError as error:
            raise SystemExit(f"{name} is not installed: run `make setup` first") from error
        seen.add((name, extra))
        for requirement in map(Requirement, required):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                waiting += [(canonicalize_name(requirement.name), wanted) for wanted in ("", *requirement.extras)]
    return {name for name, _ in seen} - {"judge"}


def write(file: str, what: str, names: set[str]) -> None:
    """One line for each package."""
    lines = [f"{name}=={distribution(name).version}\n" for name in sorted(names)]
    (ROOT / file).write_text(HEADER.format(what=what) + "".join(lines))


if __name__ == "__main__":
    main()
