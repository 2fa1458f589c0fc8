"""A folder in which ``judge run`` is used, as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import packages

SUM = "print(sum(map(int, input().split())))\n"
DEADLINE_S = 60


class Desk:
    """A folder to work in, with a package of two tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.package = packages.write(folder)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")}

    def write(self, name: str, text: str | bytes) -> str:
        """A file in the folder; its name."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return name

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            (sys.executable, "-m", "judge", "run", *words),
            cwd=self.folder,
            env=self.environment | {"JUDGE_ISOLATION": "local"} | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, **environment: str) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of ``judge run words…``."""
        with self.start(*words, **environment) as process:
            said, complained = process.communicate(timeout=DEADLINE_S)
        return process.returncode, said, complained

    def judged(self, *words: str, code: int = 0, **environment: str) -> dict[str, Any]:
        """The JSON document of a judging."""
        ended, said, complained = self.run("--problem", self.package.name, "--json", *words, **environment)
        assert ended == code, complained
        document: dict[str, Any] = json.loads(said)
        return document

    def refused(self, *words: str, problem: str | None = None) -> str:
        """What is said of a command that cannot be carried out, in one line, with nothing else said or printed."""
        code, said, complained = self.run("--problem", problem or self.package.name, *words)
        assert (code, said) == (2, ""), complained
        assert "Traceback" not in complained
        line = complained.strip()
        assert line.startswith("judge: ")
        assert "\n" not in line
        return line.removeprefix("judge: ")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A folder to work in."""
    return Desk(tmp_path)
