"""Which checkers there are, and that those of others can do no harm by mistake."""

from __future__ import annotations

import io
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from checkers import plugins
from checkers.base import CheckerFailure, CheckOutcome
from checkers.registry import BUILTIN, make, names

_PLUGIN = """
import sys
from checkers.base import CheckerFailure, CheckOutcome

class Parity:
    def __init__(self, flags):
        if flags:
            raise CheckerFailure("parity takes no flags")
    def check(self, answer, output):
        return CheckOutcome(is_accepted=len(answer.read()) % 2 == len(output.read()) % 2, message="parity")

class Crashing(Parity):
    def check(self, answer, output):
        return 1 // 0

class Leaving(Parity):
    def check(self, answer, output):
        sys.exit(3)

class Mumbling(Parity):
    def check(self, answer, output):
        return True

class Odd:
    def __init__(self, flags):
        pass

def refusing(flags):
    sys.exit("no")
"""
_POINTS = """
[judge.checkers]
parity = judge_parity:Parity
crashing = judge_parity:Crashing
leaving = judge_parity:Leaving
mumbling = judge_parity:Mumbling
odd = judge_parity:Odd
refusing = judge_parity:refusing
gone = judge_parity:Gone
nowhere = judge_nowhere:Checker
tokens = judge_parity:Parity
program = judge_parity:Parity
Bad Name = judge_parity:Parity
"""


def install(folder: Path, name: str, points: str, **modules: str) -> None:
    """What pip leaves behind of a package: its modules, and a folder that tells of it."""
    for module, content in modules.items():
        (folder / f"{module}.py").write_text(content)
    told = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text(textwrap.dedent(points))


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages, with one in it that adds checkers."""
    # Another test may have installed a package of that name.
    monkeypatch.delitem(sys.modules, "judge_parity", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    install(tmp_path, "judge-parity", _POINTS, judge_parity=_PLUGIN)
    plugins.found.cache_clear()
    yield tmp_path
    plugins.found.cache_clear()
    sys.modules.pop("judge_parity", None)


def check(name: str, answer: bytes, output: bytes) -> CheckOutcome:
    return make(name, ()).check(io.BytesIO(answer), io.BytesIO(output))


def test_installed_checker(installed: Path) -> None:
    """A checker of an installed package is made by its name like one of ours."""
    assert check("parity", b"12", b"ab").is_accepted
    assert not check("parity", b"12", b"abc").is_accepted
    assert "parity" in names()


def test_its_refusal_of_flags(installed: Path) -> None:
    """What a plug-in says of flags it does not take is told as it is."""
    with pytest.raises(CheckerFailure, match=r"^parity takes no flags$"):
        make("parity", ["x"])


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("crashing", "checker crashing of package judge-parity failed: ZeroDivisionError"),
        ("leaving", "checker leaving of package judge-parity failed: SystemExit: 3"),
        ("mumbling", "checker mumbling of package judge-parity failed: it returned bool, not a CheckOutcome"),
        ("odd", "checker odd of package judge-parity cannot be used: what it makes has no method check"),
        ("refusing", "checker refusing of package judge-parity cannot be used: SystemExit: no"),
        ("gone", "checker gone of package judge-parity cannot be used: AttributeError"),
        ("nowhere", "checker nowhere of package judge-parity cannot be used: ModuleNotFoundError"),
    ],
)
def test_broken_checkers(installed: Path, name: str, complaint: str) -> None:
    """Whatever a plug-in does, it is a failure with its name and its package's, and nothing else comes through."""
    with pytest.raises(CheckerFailure, match=complaint):
        check(name, b"", b"")


def test_names_of_ours_stay_ours(installed: Path) -> None:
    """No package takes the place of a built-in checker or of a package's own program, or adds a name with blanks."""
    assert not check("tokens", b"12", b"ab").is_accepted
    assert names() == (*BUILTIN, "crashing", "gone", "leaving", "mumbling", "nowhere", "odd", "parity", "refusing")
    with pytest.raises(CheckerFailure, match="unknown checker 'program'"):
        make("program", ())


def test_two_packages_of_one_name(installed: Path) -> None:
    """A name that two packages claim is nobody's: which one would judge must not depend on the order of folders."""
    install(installed, "other-parity", "[judge.checkers]\nparity = other_parity:Parity\n", other_parity=_PLUGIN)
    plugins.found.cache_clear()

    with pytest.raises(
        CheckerFailure,
        match=r"package judge-parity and package other-parity|package other-parity and package judge-parity",
    ):
        make("parity", ())


def test_unknown_checker() -> None:
    """A checker that there is not is refused, naming those that there are."""
    with pytest.raises(CheckerFailure, match="there are: tokens, lines, identical, unordered"):
        make("diff", [])
