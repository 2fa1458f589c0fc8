"""Zips of problem packages: good ones, and ones that nobody should unpack."""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO

from judge.models import MIB
from tests.packages import GOOD

#: Where a header of the table of contents holds what tests change: offset and format.
FLAGS = 8, "<H"
METHOD = 10, "<H"
CRC = 16, "<I"
SIZE = 24, "<I"
#: The same in the header before the entry itself, where it is not there: 2 bytes less, and no further.
_CENTRAL, _LOCAL = b"PK\x01\x02", b"PK\x03\x04"


def zipped(
    changes: Mapping[str, str | bytes | None] | None = None, *, top: str = "two-sums/", modes: Mapping[str, int] = {}
) -> bytes:
    """The good package with some files added or replaced, or left out where the change is None.

    Args:
        changes: by name, to which nothing is added where it begins with an exclamation mark, which is dropped.
        top: what stands before every other name.
        modes: what Unix would say of those entries.
    """
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**GOOD, **(changes or {})}.items():
            if content is None:
                continue
            info = zipfile.ZipInfo("x")
            # Set afterwards: the constructor cuts hostile names to harmless ones.
            info.filename = name[1:] if name.startswith("!") else top + name
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = modes.get(name, 0) << 16
            archive.writestr(info, content)
    return made.getvalue()


def patched(archive: bytes, name: str, field: tuple[int, str], value: int) -> bytes:
    """The zip with a field of one entry changed: in the table of contents, and before the entry where it is there."""
    offset, form = field
    made = bytearray(archive)
    for signature, shift, name_offset in ((_CENTRAL, 0, 46), (_LOCAL, -2, 30)):
        at = made.find(signature)
        while made[at + name_offset : at + name_offset + len(name)] != name.encode():
            at = made.index(signature, at + 1)
        struct.pack_into(form, made, at + offset + shift, value)
    return bytes(made)


def one_table() -> bytes:
    """A zip that is a table of contents and hardly anything else."""
    entry = _CENTRAL + bytes(42)
    table = entry * (8 * MIB // len(entry))
    return table + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(table), 0, 0)


#: What makes each, and what is to be said of it.
HOSTILE: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "absolute": (lambda: zipped({"!/etc/evil": "x"}), "/etc/evil: an absolute path"),
    "parent": (lambda: zipped({"../../evil": "x"}), "two-sums/../../evil: a path that leaves the package"),
    "parent at the end": (lambda: zipped({"data/..": "x"}), "two-sums/data/..: a path that leaves the package"),
    "in droppings": (lambda: zipped({"!__MACOSX/../evil": "x"}), "__MACOSX/../evil: a path that leaves the package"),
    "backslash": (lambda: zipped({"..\\evil": "x"}), "two-sums/..\\evil: a name with a backslash"),
    "drive": (lambda: zipped({"!C:/evil": "x"}), "C:/evil: an absolute path"),
    "nul": (lambda: zipped({"evil\0.txt": "x"}), "two-sums/evil\\x00.txt: a name with characters"),
    "control": (lambda: zipped({"evil\x1b[2J": "x"}), "two-sums/evil\\x1b[2J: a name with characters"),
    "turned": (lambda: zipped({"evil\u202etxt": "x"}), "two-sums/evil\\u202etxt: a name with characters"),
    "nameless": (lambda: zipped({"!": "x"}), "(no name): an entry without a name"),
    "dot": (lambda: zipped({"./x": "x"}), "two-sums/./x: a path that is none"),
    "double slash": (lambda: zipped({"data//x": "x"}), "two-sums/data//x: a path that is none"),
    "long": (lambda: zipped({"x" * 300: "x"}), f"two-sums/{'x' * 51}...: a name longer than 255 bytes"),
    "deep": (lambda: zipped({"d/" * 16 + "x": "x"}), "folders nested deeper than 16"),
    "link": (
        lambda: zipped({"link": "/etc/passwd"}, modes={"link": stat.S_IFLNK | 0o777}),
        "two-sums/link: is a link",
    ),
    "fifo": (lambda: zipped({"pipe": ""}, modes={"pipe": stat.S_IFIFO | 0o600}), "two-sums/pipe: is neither"),
    "device": (lambda: zipped({"null": ""}, modes={"null": stat.S_IFCHR | 0o666}), "two-sums/null: is neither"),
    "folder in disguise": (
        lambda: zipped({"folder": ""}, modes={"folder": stat.S_IFDIR | 0o755}),
        "two-sums/folder: is neither",
    ),
    "encrypted": (lambda: patched(zipped(), "two-sums/problem.yaml", FLAGS, 1), "two-sums/problem.yaml: is encrypted"),
    "masked": (lambda: patched(zipped(), "two-sums/problem.yaml", FLAGS, 0x2000), "problem.yaml: is encrypted"),
    "method": (lambda: patched(zipped(), "two-sums/problem.yaml", METHOD, 97), "compressed by method 97"),
    "bzip2": (lambda: patched(zipped(), "two-sums/problem.yaml", METHOD, 12), "compressed by method 12"),
    "bzip2 link": (
        lambda: patched(zipped({"x": "y"}, modes={"x": stat.S_IFLNK | 0o777}), "two-sums/x", METHOD, 12),
        "two-sums/x: is compressed by method 12",
    ),
    "other case": (lambda: zipped({"Problem.YAML": "x"}), "two-sums/Problem.YAML: is in the zip twice"),
    "other form": (lambda: zipped({"caf\u00e9": "x", "cafe\u0301": "x"}), "is in the zip twice"),
    "folder in other case": (lambda: zipped({"Data/secret/2.in": "x"}), "two-sums/Data/secret/2.in: and two-sums/data"),
    "file and folder": (lambda: zipped({"problem.yaml/x": "x"}), "problem.yaml/x: and two-sums/problem.yaml cannot"),
    "crc": (lambda: patched(zipped(), "two-sums/problem.yaml", CRC, 7), "problem.yaml: cannot be unpacked: Bad CRC-32"),
    "says less": (lambda: patched(zipped(), "two-sums/problem.yaml", SIZE, 3), "problem.yaml: cannot be unpacked"),
    "says more": (lambda: patched(zipped(), "two-sums/problem.yaml", SIZE, 1000), "not the 1000 that the zip tells"),
    "no deflate": (lambda: _garbled(zipped({"x": "abc" * 100}), "two-sums/x"), "two-sums/x: cannot be unpacked"),
    "cut off": (lambda: zipped()[:-30], "is no zip file that can be read"),
    "cut in the middle": (lambda: _without_middle(zipped()), "cannot be unpacked"),
    "no zip": (lambda: b"%PDF-1.4\n" + bytes(100), "is no zip file that can be read"),
    "empty": (lambda: b"", "is no zip file that can be read"),
    "no entries": (lambda: zipped(dict.fromkeys(GOOD)), "has no files in it"),
    "one table": (one_table, "its table of contents is longer"),
    "bomb": (lambda: zipped({"data/secret/2.in": bytes(90 * MIB)}), "unpacks to more than 8"),
}


def _garbled(archive: bytes, name: str) -> bytes:
    """The zip with the compressed bytes of one entry, its last in the order of writing, overwritten."""
    at = archive.index(name.encode()) + len(name)
    return archive[:at] + b"\xff" * 8 + archive[at + 8 :]


def _without_middle(archive: bytes) -> bytes:
    return archive[:100] + archive[200:]
