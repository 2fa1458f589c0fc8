"""Unpacking packages: as Kattis and DOMjudge zip them, and as somebody does who means harm."""

from __future__ import annotations

import io
import stat
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import PackageError
from problems import archive
from problems.archive import scratch, unpack
from problems.package import load
from tests.packages import GOOD, write
from tests.zips import HOSTILE, zipped


def _refused(folder: Path, content: bytes, *, name: str = "upload.zip") -> tuple[str, ...]:
    """What is said of a zip that must not be unpacked, after making sure that nothing is left of it."""
    path = folder / name
    path.write_bytes(content)
    with pytest.raises(PackageError) as failure:
        unpack(path, folder / "into")
    assert not (folder / "into").exists() or list((folder / "into").iterdir()) == []
    return failure.value.problems


def _files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("top", "name"), [("two-sums/", "whatever (1).zip"), ("", "two-sums.zip"), ("", "two-sums.kpp")]
)
def test_with_and_without_a_folder(tmp_path: Path, top: str, name: str) -> None:
    """A package zipped in its folder is called like that, one zipped without like its file; both are the same."""
    (tmp_path / name).write_bytes(zipped(top=top))

    folder = unpack(tmp_path / name, tmp_path / "into")

    assert folder == tmp_path / "into" / "two-sums"
    assert _files(folder) == dict(GOOD)
    assert load(folder).problem == load(write(tmp_path / "plain")).problem


def test_droppings_of_macos(tmp_path: Path) -> None:
    """What macOS adds to every zip is neither unpacked nor taken for a second folder."""
    droppings = {"!__MACOSX/two-sums/._problem.yaml": "x", "!__MACOSX/": "", "data/.DS_Store": "x", "!.DS_Store": "x"}
    (tmp_path / "a.zip").write_bytes(zipped(droppings))

    assert _files(unpack(tmp_path / "a.zip", tmp_path)) == dict(GOOD)


def test_folders_as_entries(tmp_path: Path) -> None:
    """Folders may have entries of their own, before or after what is in them, and may be empty."""
    (tmp_path / "a.zip").write_bytes(zipped({"!two-sums/": "", "data/": "", "attachments/": ""}))

    folder = unpack(tmp_path / "a.zip", tmp_path)

    assert (folder / "attachments").is_dir()
    assert _files(folder) == dict(GOOD)


def test_links_become_copies(tmp_path: Path) -> None:
    """A link to a file of the package, or to a link to one, is unpacked as a copy of it; no link is made."""
    links = {"data/secret/2.in": "../sample/1.in", "data/secret/2.ans": "3.ans", "data/secret/3.ans": "./1.ans"}
    modes = dict.fromkeys(links, stat.S_IFLNK | 0o777)
    (tmp_path / "a.zip").write_bytes(zipped({**links, "data/secret/3.in": "7 4\n"}, modes=modes))

    folder = unpack(tmp_path / "a.zip", tmp_path)

    assert _files(folder / "data/secret") == {
        "1.in": "5 6\n",
        "1.ans": "11\n",
        "2.in": "1 2\n",
        "2.ans": "11\n",
        "3.in": "7 4\n",
        "3.ans": "11\n",
    }
    assert not [path for path in folder.rglob("*") if path.is_symlink()]


@pytest.mark.parametrize("target", ["../../../etc/passwd", "/etc/passwd", "none", "../data", "link", "", "x" * 5000])
def test_other_links(tmp_path: Path, target: str) -> None:
    """A link that leaves the package, or leads to a folder, to itself or to nothing, is refused."""
    content = zipped({"data/link": target}, modes={"data/link": stat.S_IFLNK | 0o777})

    assert _refused(tmp_path, content)[0].startswith("two-sums/data/link: is a link")


def test_links_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies are counted like everything that is unpacked: links must not make a bomb of one file."""
    monkeypatch.setattr(archive, "TOTAL_BYTES", 5000)
    links = dict.fromkeys((f"data/{number}" for number in range(9)), "../x")

    assert (
        "unpacks to more than"
        in _refused(tmp_path, zipped({"x": bytes(1000), **links}, modes=dict.fromkeys(links, stat.S_IFLNK | 0o777)))[0]
    )


def test_modes_are_not_taken_over(tmp_path: Path) -> None:
    """An entry that Unix calls setuid and writable by all becomes a file like any other."""
    (tmp_path / "a.zip").write_bytes(zipped(modes={"problem.yaml": 0o106777}))

    folder = unpack(tmp_path / "a.zip", tmp_path)

    assert (folder / "problem.yaml").stat().st_mode & 0o7111 == 0


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile(tmp_path: Path, kind: str) -> None:
    """Each is refused with the name of its entry and the reason, and leaves nothing behind, inside or outside."""
    make, complaint = HOSTILE[kind]

    said = _refused(tmp_path, make())

    assert any(complaint in line for line in said), said
    assert [path.name for path in tmp_path.iterdir() if path.name not in ("upload.zip", "into")] == []


def test_everything_is_said_at_once(tmp_path: Path) -> None:
    """All bad names are in one report."""
    assert len(_refused(tmp_path, zipped({"../a": "", "/b": "", "!c:d": "", "e\\f": ""}))) == 4


def test_named_by_the_file(tmp_path: Path) -> None:
    """Without a folder the package is called after the file: what of its name can be a package's, or not at all."""
    assert "the package is called like the file" in _refused(tmp_path, zipped(top=""), name="(\u00e9).zip")[0]
    (tmp_path / "Two Sums-7$linux.zip").write_bytes(zipped(top=""))

    assert unpack(tmp_path / "Two Sums-7$linux.zip", tmp_path).name == "two-sums-7-linux"


def test_any_folder(tmp_path: Path) -> None:
    """The one folder may have whatever name; the package gets what can be kept of it, and its author is told."""
    (tmp_path / "a.zip").write_bytes(zipped(top="Two Sums v1.2/"))

    package = load(unpack(tmp_path / "a.zip", tmp_path))

    assert (package.name, package.problem.name) == ("two-sums-v1-2", "two-sums-v1-2")
    assert package.warnings == (
        "problem.yaml: the problem is called two-sums-v1-2, for that of the folder is no name of a package",
    )


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp437"])
def test_names_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    """Names in UTF-8 that is not marked, or in what another system had, are unpacked; the format then ignores them."""
    plain = zipped({"submissions/accepted/s__m.py": "x"})
    raw = "\u00fc\u00fc".encode(encoding)
    name = raw if len(raw) == 2 else "\u00fc".encode(encoding)
    (tmp_path / "a.zip").write_bytes(plain.replace(b"s__m.py", b"s" + name + b"m.py"))

    folder = unpack(tmp_path / "a.zip", tmp_path)

    assert len(list((folder / "submissions/accepted").iterdir())) == 2
    if encoding == "utf-8":
        assert (folder / "submissions/accepted/s\u00fcm.py").exists()
    assert len(load(folder).submissions) == 1


def test_no_more_entries(tmp_path: Path) -> None:
    """The limits on entries, and on files with the folders they need, are exact."""
    most_entries = archive.MOST_ENTRIES - len(GOOD)
    most_files = most_entries - len({parent for name in [*GOOD, "attachments/1"] for parent in Path(name).parents})

    assert "has 20001 entries" in _refused(tmp_path, _many(most_entries + 1))[0]
    assert "more than 20000 files and folders" in _refused(tmp_path, _many(most_files + 1))[0]
    (tmp_path / "most.zip").write_bytes(_many(most_files))
    assert unpack(tmp_path / "most.zip", tmp_path)


def test_one_large_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file may be as large as the limit and not a byte larger."""
    monkeypatch.setattr(archive, "FILE_BYTES", 1000)
    (tmp_path / "a.zip").write_bytes(zipped({"x": bytes(1000)}))

    assert unpack(tmp_path / "a.zip", tmp_path / "good")
    assert "two-sums/x: larger than" in _refused(tmp_path, zipped({"x": bytes(1001)}))[0]


def test_too_much_in_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All files together may be as large as the limit and not a byte larger."""
    sizes = sum(map(len, GOOD.values()))
    monkeypatch.setattr(archive, "TOTAL_BYTES", sizes + 2000)
    (tmp_path / "a.zip").write_bytes(zipped({"x": bytes(1000), "y": bytes(1000)}))

    assert unpack(tmp_path / "a.zip", tmp_path / "good")
    assert "unpacks to more than" in _refused(tmp_path, zipped({"x": bytes(1000), "y": bytes(1001)}))[0]


def test_real_inputs_shrink_far(tmp_path: Path) -> None:
    """Test data of one number over and over is no bomb, however far it shrinks, while it is not huge."""
    (tmp_path / "a.zip").write_bytes(zipped({"data/secret/2.in": b"1 " * (8 << 20), "data/secret/2.ans": "1\n"}))

    assert load(unpack(tmp_path / "a.zip", tmp_path)).problem.testcases


def test_overlapping_entries(tmp_path: Path) -> None:
    """Two entries of the table of contents cannot share one piece of the file."""
    content = zipped({"x": "1" * 1000, "y": "2" * 1000})
    table = content.index(b"PK\x01\x02")
    places = [content.index(b"two-sums/" + name, table) for name in (b"x", b"y")]
    shared = bytearray(content)
    shared[places[1] - 4 : places[1]] = shared[places[0] - 4 : places[0]]

    assert "two-sums/y: cannot be unpacked" in _refused(tmp_path, bytes(shared))[0]


def test_missing(tmp_path: Path) -> None:
    """A path to nothing is an error of the package too."""
    with pytest.raises(PackageError, match=r"^none\.zip: cannot be read: No such file"):
        unpack(tmp_path / "none.zip", tmp_path)


@settings(max_examples=300, deadline=None)
@given(damage=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=4))
def test_damaged(damage: list[tuple[int, int]]) -> None:
    """Whatever bytes of a zip are changed, it is unpacked below its folder or refused, and nothing else happens."""
    content = bytearray(zipped())
    for place, value in damage:
        content[place % len(content)] = value
    with scratch() as folder:
        (folder / "a.zip").write_bytes(content)
        made: list[Path] = []
        with suppress(PackageError):
            made.append(unpack(folder / "a.zip", folder / "into"))

        assert list((folder / "into").glob("*")) == made
        assert {path.name for path in folder.iterdir()} <= {"a.zip", "into"}


def test_scratch_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory goes with all that is in it, also after a failure, and is where TMPDIR says if it says so."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with suppress(ZeroDivisionError), scratch() as folder:
        (folder / "a" / "b").mkdir(parents=True)
        raise ZeroDivisionError

    assert folder.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def _many(count: int) -> bytes:
    made = io.BytesIO(zipped())
    with zipfile.ZipFile(made, "a") as file:
        for number in range(count):
            file.writestr(f"two-sums/attachments/{number}", b"")
    return made.getvalue()
