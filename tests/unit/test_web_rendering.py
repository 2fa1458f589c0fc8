"""Rendering in a child process: right when it works, plain text when it does not, and never in anybody's way."""

from __future__ import annotations

import asyncio
import itertools
import re
import signal
import time
from collections.abc import AsyncIterator
from html import unescape

import pytest
import pytest_asyncio

from judge.preparing import typesetting
from web.content import highlight, rendering
from web.content.rendering import MAX_CHARACTERS, MOST_COMPARING, Renderer

#: The C lexer of Pygments takes minutes over this: it tries every way to split the blanks.
_TARPIT = "int a" + " " * 40_000 + "<x>"


@pytest_asyncio.fixture
async def renderer() -> AsyncIterator[Renderer]:
    """A renderer with all the time it needs."""
    made = Renderer(cpu_s=60.0)
    yield made
    await made.close()


@pytest_asyncio.fixture
async def impatient() -> AsyncIterator[Renderer]:
    """A renderer that waits as long as the site's."""
    made = Renderer()
    yield made
    await made.close()


async def test_renders(renderer: Renderer) -> None:
    """Statements and sources come back as HTML."""
    assert "<math" in (await renderer.statement("$x$")).html
    assert 'class="k-k"' in await renderer.source(b"2", "return 1", "python3")


async def test_latex_is_rendered(renderer: Renderer) -> None:
    """The converter works within the child's own limits, and knows the pictures; what it leaves out is told."""
    made = await renderer.statement(
        "\\badmacro $x$ \\includegraphics{a}", written_in="tex", pictures={"a.png": "/pictures/1"}
    )

    assert "<math" in made.html and 'src="/pictures/1"' in made.html
    assert made.complaints == ("line 1: left out, for it is not known: \\badmacro",)


async def test_latex_that_takes_too_long(impatient: Renderer) -> None:
    """A macro that grows without end costs no more than the time it is given, and nothing goes on behind it."""
    doubled = "".join(
        f"\\newcommand{{\\m{b}}}{{\\m{a}\\m{a}}}" for a, b in itertools.pairwise("abcdefghijklmnopqrstuvwxyz")
    )
    made = await impatient.statement(f"\\newcommand{{\\ma}}{{xx}}{doubled}\\mz", written_in="tex")

    assert made.html == ""
    assert len(made.complaints) == 1
    assert "<em>b</em>" in (await impatient.statement("*b*")).html


async def test_hostile_input_is_shown_plain(impatient: Renderer) -> None:
    """What takes too long is shown as it was written, and the next reader is served as if nothing had been."""
    assert (await impatient.source(b"1", _TARPIT, "c")).endswith(" &lt;x&gt;")
    assert 'class="k-k"' in await impatient.source(b"2", "return 1", "python3")


async def test_hard_sources_hold_up_no_statement(renderer: Renderer) -> None:
    """Whoever reads a statement does not wait for what a contestant sent to be hard to show."""
    await renderer.statement("warm")
    hard = asyncio.create_task(renderer.source(b"1", _TARPIT, "c"))
    while not renderer._sources.turn.locked():
        await asyncio.sleep(0)

    assert "<em>b</em>" in (await renderer.statement("*b*")).html
    assert not hard.done()
    hard.cancel()


async def test_differences_where_no_child_starts(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are told as not to be had, for now, and the page is shown."""
    monkeypatch.setattr("web.content.rendering.sys.executable", "/bin/true")
    assert await renderer.differences([("a\n", "b\n")]) == [None]
    monkeypatch.undo()

    assert await renderer.differences([("a\n", "b\n")]) != [None]


async def test_hard_differences_hold_up_no_source(renderer: Renderer) -> None:
    """However many somebody asks for, sources are shown; and beyond some, nobody is kept waiting for one more."""
    hard = "a\n" * 20_000, "a\n" * 19_999 + "b\n"
    asked = [asyncio.create_task(renderer.differences([hard])) for _ in range(MOST_COMPARING)]
    while not renderer._differences.turn.locked():
        await asyncio.sleep(0)

    assert await renderer.differences([("a\n", "b\n")]) == [None]
    assert 'class="k-k"' in await renderer.source(b"2", "return 1", "python3")
    assert not any(task.done() for task in asked)
    for task in asked:
        task.cancel()
    await asyncio.gather(*asked, return_exceptions=True)
    assert await renderer.differences([("a\n", "b\n")]) != [None]


async def test_failure_is_remembered(impatient: Renderer) -> None:
    """What took too long once is not tried again: it would hold up everybody each time."""
    first = await impatient.source(b"1", _TARPIT, "c")
    started = time.monotonic()

    assert await impatient.source(b"1", _TARPIT, "c") == first
    assert time.monotonic() - started < 1


async def test_what_the_host_was_too_busy_for_is_tried_again(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What did not come although it took the processor no time is shown plain once, and then as it should be."""
    await renderer.statement("a")
    assert renderer._statements.process is not None
    monkeypatch.setattr(rendering, "_PATIENCE", 0)
    monkeypatch.setattr(typesetting, "TIMEOUT_S", 0.2)
    renderer._statements.process.send_signal(signal.SIGSTOP)
    assert "*b*" in (await renderer.statement("*b*")).html
    monkeypatch.undo()

    assert "<em>b</em>" in (await renderer.statement("*b*")).html


async def test_a_child_that_does_not_start(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is shown, plain, where no child can be had; and as it should be once one can."""
    monkeypatch.setattr("web.content.rendering.sys.executable", "/bin/true")
    assert "*b*" in (await renderer.statement("*b*")).html
    monkeypatch.undo()

    assert "<em>b</em>" in (await renderer.statement("*b*")).html


async def test_child_killed(renderer: Renderer) -> None:
    """A child that dies is replaced."""
    await renderer.statement("a")
    assert renderer._statements.process is not None
    renderer._statements.process.kill()
    await renderer._statements.process.wait()

    assert "<em>b</em>" in (await renderer.statement("*b*")).html


async def test_huge_text_is_plain(renderer: Renderer) -> None:
    """What nobody would read is not rendered at all."""
    assert (await renderer.source(b"1", "<" * (MAX_CHARACTERS + 1), "c")).startswith("&lt;&lt;")
    assert renderer._sources.process is None


@pytest.mark.parametrize("language", ["c", "cpp20", "java", "python3", "gone"])
@pytest.mark.parametrize("source", ["", "\n\n  x\n", "</pre><script>&amp;", "\t'unclosed"])
def test_highlighting_changes_nothing(language: str, source: str) -> None:
    """Tags aside, a highlighted source is the source: no line added, stripped or unescaped."""
    html = highlight.to_html(source, language)

    assert unescape(re.sub(r"</?span[^>]*>", "", html)) == source


async def test_keeps_so_much(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept for the next who asks is bounded by its size too, and the newest of it is kept."""
    monkeypatch.setattr(rendering, "CACHED_CHARACTERS", 20_000)
    for number in range(5):
        await renderer.source(bytes([number]), f"x = {number}\n" * 1000, "python3")
    kept = [len(reply["html"]) for reply in renderer._made.values()]

    assert sum(kept) <= max(20_000, kept[-1])
    assert len(kept) < 5
    assert next(reversed(renderer._made))[1] == bytes([4])
