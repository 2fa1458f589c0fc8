"""Submitting through the form, what is refused, and that nothing submitted is ever taken for markup."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from aiohttp import FormData

from judge.models import KIB
from judge.store import blobs, submissions
from judge.store.accounts import Role
from judge.verdicts import Verdict
from tests.website import LIMITS, Page, Site, Visitor, a_run

PROBLEM = "/contests/spring/problems/A"
SOURCE = "print(sum(map(int, input().split())))\n"
XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def _files(*files: tuple[str, bytes], language: str = "auto", source: str = "") -> FormData:
    form = FormData(quote_fields=False)
    form.add_field("language", language)
    form.add_field("source", source)
    for name, content in files:
        form.add_field("files", BytesIO(content), filename=name, content_type="application/octet-stream")
    return form


async def _stored(site: Site, answer: Page) -> tuple[str, list[tuple[str, bytes]]]:
    """The language and the files of the submission that an answer leads to."""
    assert answer.status == 303, answer.words
    submission_id = int(answer.headers["Location"].removeprefix("/submissions/"))
    async with site.pool.acquire() as connection:
        summary = await submissions.by_id(connection, submission_id)
        files = await submissions.files(connection, submission_id)
        return summary.language, [(file.name, await blobs.get(connection, file.sha256)) for file in files]


async def _contestant(site: Site) -> Visitor:
    await site.contest()
    return await site.logged_in("ada")


async def test_pasted(site: Site) -> None:
    """A pasted source is stored as typed, less the line ends browsers put in; its language is remembered."""
    visitor = await _contestant(site)

    answer = await visitor.post(PROBLEM, {"language": "python3", "source": "a = 1\r\nprint(a)\r\n"})

    assert await _stored(site, answer) == ("python3", [("main.py", b"a = 1\nprint(a)\n")])
    assert '<option value="python3" selected>' in (await visitor.get(PROBLEM)).text


async def test_uploaded(site: Site) -> None:
    """Files are stored byte for byte in their order, under their last name, with the language told by it."""
    visitor = await _contestant(site)
    form = _files(("home/main.cpp", b"int main(){}\r\n"), ("src/lib.h", b"#pragma once\n"))

    answer = await visitor.post(PROBLEM, form)

    expected = [("main.cpp", b"int main(){}\r\n"), ("lib.h", b"#pragma once\n")]
    assert await _stored(site, answer) == ("cpp20", expected)


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        (_files(), "empty"),
        (_files(language="python3", source=" \n\t"), "empty"),
        (_files(("main.py", b"")), "empty"),
        (_files(("main.py", b"print(1)\0")), "NUL"),
        (_files(language="python3", source="print(1)\0"), "NUL"),
        (_files(("main.py", b"\xff\xfe")), "UTF-8"),
        (_files(("main.py", b"#" * (128 * KIB + 1))), "131073 bytes long; at most 131072"),
        (_files(("main.py", b"1"), ("main.py", b"2")), "same name"),
        (_files(("main.exe", b"MZ")), "cannot tell the language"),
        (_files(language="auto", source=SOURCE), "Choose the language"),
        (_files(language="cobol", source=SOURCE), "unknown language"),
        (_files(language="<b>x</b>", source=SOURCE), "unknown language"),
        (_files(("main.py", b"1"), source=SOURCE), "not both"),
        (_files(*[(f"f{number}.py", b"1") for number in range(33)]), "at most 32"),
        (_files(("..", b"1"), language="python3"), "name"),
        (_files(("-o.py", b"1")), "name"),
        (_files(("a b;rm.py", b"1")), "name"),
        (_files(("a\u202egnp.py", b"1")), "name"),
    ],
)
async def test_refused(site: Site, form: FormData, complaint: str) -> None:
    """What cannot be judged is refused with the reason and nothing is stored."""
    visitor = await _contestant(site)

    answer = await visitor.post(PROBLEM, form)

    assert answer.status == 400
    assert complaint.lower() in answer.words.lower()
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM submissions") == 0


async def test_text_survives_refusal(site: Site) -> None:
    """A refused source stands in the form again exactly as it was sent, a first empty line included."""
    visitor = await _contestant(site)

    answer = await visitor.post(PROBLEM, {"language": "auto", "source": "\n</textarea>" + XSS})

    assert answer.status == 400
    assert "</textarea><script>" not in answer.text
    assert "\n\n&lt;/textarea&gt;&lt;script&gt;alert(1)" in answer.text


async def test_too_large_for_a_request(site: Site) -> None:
    """A request larger than any submission is refused before it is read to the end."""
    visitor = await _contestant(site)

    answer = await visitor.post(PROBLEM, _files(("main.py", b"#" * 2_000_000)))

    assert answer.status == 413
    assert "more than a submission may be" in answer.words


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("text/plain", b"csrf=1"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"not what was announced"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nnameless\r\n--x--\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n\xff\r\n--x--\r\n',
        ),
        ("application/x-www-form-urlencoded", b"csrf=%ff"),
        ("application/x-www-form-urlencoded", b"csrf=1&csrf=2"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % number for number in range(1000))),
        ("application/x-www-form-urlencoded", b"\xff=\xff"),
    ],
)
async def test_garbled_forms(site: Site, content_type: str, body: bytes) -> None:
    """Whatever arrives in place of a form is the sender's error, never ours."""
    visitor = await _contestant(site)

    answer = await visitor.client.post(PROBLEM, data=body, headers={"Content-Type": content_type})

    assert answer.status in (400, 403)
    assert "Something broke" not in await answer.text()


async def test_unannounced_length(site: Site) -> None:
    """A body of unknown length is refused: browsers do not send any."""
    visitor = await _contestant(site)

    async def chunks() -> AsyncIterator[bytes]:
        yield b"csrf=1"

    answer = await visitor.client.post(
        PROBLEM, data=chunks(), headers={"Content-Type": "application/x-www-form-urlencoded"}
    )

    assert answer.status == 411


async def test_many_parts(site: Site) -> None:
    """A form of thousands of tiny parts is cut off."""
    visitor = await _contestant(site)

    answer = await visitor.post(PROBLEM, _files(*[(f"f{number}.py", b"") for number in range(500)]))

    assert answer.status == 400
    assert "more than 256 parts" in answer.words


@pytest.mark.parametrize(
    ("starts_in", "status", "complaint"),
    [(timedelta(hours=-9), 400, "The contest is over"), (timedelta(hours=1), 404, "no such problem")],
)
async def test_outside_the_contest(site: Site, starts_in: timedelta, status: int, complaint: str) -> None:
    """Contestants submit while the contest runs and at no other time; judges may try things whenever they like."""
    await site.contest(starts_in=starts_in, lasts=timedelta(hours=5))
    contestant, judge = await site.logged_in("ada"), await site.logged_in("setter", Role.SETTER)
    fields = {"language": "python3", "source": SOURCE}

    answer = await contestant.post(PROBLEM, fields, form_on="/account")

    assert answer.status == status
    assert complaint in answer.words
    assert (await judge.post(PROBLEM, fields)).status == 303


async def test_limit_of_the_problem(site: Site) -> None:
    """A problem's own limit on sources counts where it is the lower one."""
    await site.contest(limits=replace(LIMITS, code_bytes=100))
    visitor = await site.logged_in("ada")

    assert (await visitor.post(PROBLEM, {"language": "python3", "source": "#" * 101})).status == 400
    assert (await visitor.post(PROBLEM, {"language": "python3", "source": "#" * 100})).status == 303


async def test_submit_throttle(site: Site) -> None:
    """Twenty submissions in a minute are enough; the twenty-first is kept in the form."""
    visitor = await _contestant(site)
    fields = {"language": "python3", "source": SOURCE}
    for _ in range(20):
        assert (await visitor.post(PROBLEM, fields)).status == 303

    answer = await visitor.post(PROBLEM, fields)

    assert answer.status == 429
    assert "Wait a minute" in answer.words
    assert SOURCE.strip() in answer.words


async def test_nothing_is_markup(site: Site) -> None:
    """Names, sources, file names, compilers' output, reasons and messages come out as text on every page."""
    seeded = await site.contest(
        title=XSS, problems=[("A", "sum", XSS)], statement=f"{XSS}\n\n$\\text{{{XSS}}}$\n\n`{XSS}`"
    )
    user_id = await site.account("eve", name=XSS)
    visitor, judge = site.visitor(), await site.logged_in("setter", Role.SETTER, name=XSS)
    await visitor.log_in("eve")
    for language in ("python3", "cpp20", "gone"):
        submission_id = await site.submission(seeded, user_id, source=XSS.encode(), language=language, file_name=XSS)
        run = a_run(XSS, Verdict.WA, reason=XSS, message=XSS)
        await site.judge(submission_id, Verdict.WA, [run], compile_output=XSS)
    paths = ("/", "/problems", "/contests/spring", PROBLEM, "/contests/spring/standings",
             "/contests/spring/submissions", f"/submissions/{submission_id}", f"/submissions/{submission_id - 2}",
             "/account", f"/login?next=/{XSS}")  # fmt: skip
    for who in (visitor, judge):
        for path in paths:
            text = (await who.get(path)).text

            assert "<script>" not in text, path
            assert "<img" not in text, path
    assert "&lt;script&gt;" in (await visitor.get(f"/submissions/{submission_id}")).text


async def test_statement(site: Site) -> None:
    """A statement shows its math as MathML and its samples side by side, the secret tests not at all."""
    visitor = await _contestant(site)

    answer = await visitor.get(PROBLEM)

    assert "<math" in answer.text and "<mo>≤</mo>" in answer.text
    assert "<h3>Input</h3>" in answer.text
    assert "2\n1 1\n" in answer.text and ">2\n</pre>" in answer.text
    assert "1 3" not in answer.words
    assert "Time 1 s" in " ".join(answer.words.split())


async def test_sample_download(site: Site) -> None:
    """A sample comes whole as a file that no browser opens as a page."""
    visitor = await _contestant(site)

    answer = await visitor.get(f"{PROBLEM}/samples/1.ans")

    assert answer.text == "2\n"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sum-1.ans"'


async def test_compile_error(site: Site) -> None:
    """A compile error shows what the compiler said."""
    seeded = await site.contest()
    user_id = await site.account("ada")
    visitor = site.visitor()
    await visitor.log_in("ada")
    submission_id = await site.submission(seeded, user_id)
    await site.judge(submission_id, Verdict.CE, compile_output="main.py:1: expected ';'")

    answer = await visitor.get(f"/submissions/{submission_id}")

    assert "Compile error" in answer.words
    assert "main.py:1: expected ';'" in answer.words


async def test_only_some_languages(site: Site) -> None:
    """A problem that takes only some languages offers no others, and refuses them by name."""
    visitor = await _contestant(site)
    async with site.pool.acquire() as connection:
        await connection.execute(
            """UPDATE problem_versions SET document = document || '{"languages": ["c", "gone", "python3"]}'"""
        )

    shown = await visitor.get(PROBLEM)
    refused = await visitor.post(PROBLEM, {"language": "java", "source": "class Main {}\n"})
    guessed = await visitor.post(PROBLEM, _files(("a.cpp", b"int main() {}\n")))
    taken = await visitor.post(PROBLEM, {"language": "python3", "source": SOURCE})

    assert 'value="c"' in shown.text and 'value="java"' not in shown.text
    for answer in (refused, guessed):
        assert answer.status == 400
        assert "does not take" in answer.words and "it takes C17 (gcc), Python 3 (CPython)" in answer.words
    assert taken.status == 303


async def test_the_version_that_a_problem_takes(site: Site) -> None:
    """Of several languages with one extension a file is in the one that the problem takes."""
    visitor = await _contestant(site)
    async with site.pool.acquire() as connection:
        await connection.execute("""UPDATE problem_versions SET document = document || '{"languages": ["cpp17"]}'""")

    taken = await visitor.post(PROBLEM, _files(("a.cpp", b"int main() {}\n")))

    assert (await _stored(site, taken))[0] == "cpp17"


async def test_answers_instead_of_a_program(site: Site) -> None:
    """Where output files are wanted they are taken as they are, and a program's source has no place."""
    visitor = await _contestant(site)
    async with site.pool.acquire() as connection:
        await connection.execute("""UPDATE problem_versions SET document = document || '{"is_submit_answer": true}'""")
    files = (("01-small.out", b"3\n"), ("02-overflow.out", b"\0\xff"))

    shown = await visitor.get(PROBLEM)
    pasted = await visitor.post(PROBLEM, {"language": "python3", "source": SOURCE})
    taken = await visitor.post(PROBLEM, _files(*files))

    assert "Output files" in shown.words and "paste" not in shown.words
    assert pasted.status == 400
    assert "choose your output files" in pasted.words
    assert await _stored(site, taken) == ("answers", list(files))
    assert (await visitor.get(taken.headers["Location"])).status == 200
