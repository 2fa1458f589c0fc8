"""Frames and fields: what is sent can be read, and whatever a launcher sends is parsed or refused."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.errors import CellDied
from sandbox import protocol
from sandbox.protocol import Field, Message, Names, most, parse
from sandbox.spec import STDERR_BYTES, RunLimits, RunSpec

_TEXTS = (Field.TEXT, Field.STDERR_TEXT)
_NUMBERS = tuple(tag for tag in Field if 40 <= tag < 70 and tag is not Field.STDERR_TEXT)
_LIMITS = RunLimits(cpu_ms=1, wall_ms=2, memory_bytes=3, output_bytes=4, processes=5, tmp_bytes=6, stack_bytes=7)


def field(tag: int, data: bytes) -> bytes:
    return bytes([tag]) + len(data).to_bytes(4, "big") + data


@given(st.binary(max_size=300))
def test_any_bytes_are_parsed_or_refused(body: bytes) -> None:
    """No bytes make the parser raise anything but ``CellDied``."""
    with contextlib.suppress(CellDied):
        parse(body)


@given(
    st.sampled_from(Message),
    st.lists(st.tuples(st.sampled_from(Field) | st.integers(0, 255), st.binary(max_size=12)), max_size=6),
)
def test_well_framed_fields_are_parsed_or_refused(message: Message, fields: list[tuple[int, bytes]]) -> None:
    """The same for bodies that are well framed: wrong tags, numbers of odd sizes, files without names."""
    with contextlib.suppress(CellDied):
        parse(bytes([message]) + b"".join(field(tag, data) for tag, data in fields))


@given(
    st.fixed_dictionaries({}, optional={tag: st.integers(0, most(tag)) for tag in _NUMBERS}),
    st.dictionaries(st.sampled_from(_TEXTS), st.binary(max_size=50)),
    st.dictionaries(st.text(max_size=10).filter(lambda name: "\0" not in name), st.binary(max_size=50), max_size=3),
)
def test_reports_come_through(numbers: dict[Field, int], texts: dict[Field, bytes], files: dict[str, bytes]) -> None:
    """Numbers, texts and files of a report are read as they were written."""
    body = bytes([Message.REPORT])
    body += b"".join(field(tag, value.to_bytes(8, "big")) for tag, value in numbers.items())
    body += b"".join(field(tag, text) for tag, text in texts.items())
    for name, content in files.items():
        body += field(Field.FILE_NAME, name.encode()) + field(Field.FILE_DATA, content)
    reply = parse(body)

    assert reply.message is Message.REPORT
    assert (reply.numbers, reply.texts, reply.files) == (numbers, texts, files)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"?",
        b"r\x29",
        b"r\x03\0\0\0",
        b"r\x03\0\0\0\x01",
        b"r" + field(Field.EXIT_CODE, b"\0\0\0\1"),
        b"r" + field(99, b""),
        b"r" + field(Field.FILE_DATA, b"x"),
        b"r" + field(Field.FILE_NAME, b"\xff") + field(Field.FILE_DATA, b"x"),
    ],
    ids=[
        *("empty", "unknown message", "tag alone", "header cut", "content cut", "short number", "unknown field"),
        *("file without a name", "name that is no text"),
    ],
)
def test_what_breaks_the_protocol_is_refused(body: bytes) -> None:
    """A launcher that says this was not ours, or is broken."""
    with pytest.raises(CellDied):
        parse(body)


def test_a_missing_number_is_named() -> None:
    """A report without a number that is needed says which."""
    with pytest.raises(CellDied, match="REPORT lacks CPU_NS"):
        parse(b"r").number(Field.CPU_NS)


def test_a_run_request_says_all_of_its_spec() -> None:
    """Each part of a spec is in the request, under its own tag."""
    spec = RunSpec(argv=("/a", "b"), env={"C": "d"}, feedback=("e",), is_work_writable=True, limits=_LIMITS)
    request = protocol.run(spec, Names(stdin="in", stdout="out"))

    assert int.from_bytes(request[:4], "big") == len(request) - 4
    body = request[4:]
    assert body[:1] == b"R"
    for tag, text in (
        *((Field.ARGUMENT, "/a"), (Field.ARGUMENT, "b"), (Field.VARIABLE, "C=d")),
        *((Field.FEEDBACK, "e"), (Field.STDIN, "in"), (Field.STDOUT, "out")),
    ):
        assert field(tag, text.encode()) in body
    for tag, number in (
        *((Field.CPU_MS, 1), (Field.WALL_MS, 2), (Field.MEMORY, 3), (Field.OUTPUT, 4), (Field.PROCESSES, 5)),
        *((Field.TMP, 6), (Field.STACK, 7), (Field.STDERR, STDERR_BYTES), (Field.WORK_WRITABLE, 1)),
    ):
        assert field(tag, number.to_bytes(8, "big")) in body


def test_both_sides_have_the_same_tags() -> None:
    """Every field and message of the launcher's header has the number that it has here."""
    header = (Path(protocol.__file__).parent / "launcher" / "launcher.h").read_text()
    declared = header.split("enum field {")[1].split("}")[0]
    tags = {
        name.strip(): int(value) for name, _, value in (word.partition("=") for word in declared.split(",")) if value
    }
    kinds = header.split("enum message {")[1].split("}")[0]

    assert tags == {f"F_{tag.name}": int(tag) for tag in Field}
    assert {word.strip() for word in kinds.split(",")} == {f"{kind.name} = '{chr(kind)}'" for kind in Message}
    assert f"#define PROTOCOL_VERSION {protocol.VERSION}\n" in header


@pytest.mark.parametrize("tag", _NUMBERS)
def test_numbers_without_measure_are_refused(tag: Field) -> None:
    """What no honest report can say, and no column of the database holds, is not taken."""
    with pytest.raises(CellDied, match=tag.name):
        parse(bytes([Message.REPORT]) + field(tag, (most(tag) + 1).to_bytes(8, "big")))


def test_refused_calls_come_through() -> None:
    """Names and counts come in pairs; a count without a name is no report."""
    pair = field(Field.DENIED_CALL, b"mount") + field(Field.DENIED_TIMES, (3).to_bytes(8, "big"))

    assert parse(bytes([Message.REPORT]) + pair).denied == {"mount": 3}
    with pytest.raises(CellDied):
        parse(bytes([Message.REPORT]) + field(Field.DENIED_TIMES, (3).to_bytes(8, "big")))
