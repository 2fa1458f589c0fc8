"""A statement in LaTeX as a reader sees it: pictures, formulas, tables, samples in their places, several languages."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from judge.store import contests, problems
from tests.packages import loaded
from tests.website import Site

pytestmark = pytest.mark.timeout(120)

_STATEMENT = r"""
\problemname{Lamps on a \emph{Bridge}}
\illustration{0.35}{lamps}{A bridge at dusk. \href{https://example.org/}{Drawn for this test.}}

A bridge has $n$ lamps in a row, and lamp $i$ shines as far as $r_i$ metres.\footnote{Rain is not
considered.} A walker at place $x$ sees all lamps with
\[ |x - p_i| \le r_i, \qquad p_i = \sum_{j=1}^{i} d_j + \left\lfloor \frac{i}{2} \right\rfloor. \]
The lamps are of \textbf{three} kinds, called \texttt{low}, \texttt{mid} and \texttt{high}:
\begin{itemize}
  \item a \texttt{low} lamp shines $\max(1, \sqrt{i})$ metres;
  \item a \texttt{mid} lamp shines
  \begin{align*}
    f(i) &= \begin{cases} 2i & \text{if } i \equiv 0 \pmod 2 \\ i + 1 & \text{otherwise} \end{cases} \\
    g(i) &= \int_0^i \lambda\, d\lambda;
  \end{align*}
  \item a \texttt{high} lamp shines ``far enough'' --- always.
\end{itemize}

\section*{Input}
The first line has $n$ ($1 \le n \le 10^5$). Then come $n$ lines like in this listing:
\begin{verbatim}
low  3   <- kind, distance
high 12
\end{verbatim}

\section*{Output}
\begin{tabular}{|l|r|c|}
\hline
Kind & Metres & Note \\ \hline
\texttt{low} & $\sqrt{2}$ & \multirow{2}{*}{both} \\
\texttt{mid} & 1\,000 & \\ \hline
\multicolumn{3}{|c|}{\texttt{high} lamps are not printed} \\ \hline
\end{tabular}

\begin{figure}[h]
  \centering
  \includegraphics[width=0.5\textwidth]{drawn.svg}
  \includegraphics{plan.pdf}
  \caption{Lamps of Sample 1.}
\end{figure}

In the first sample all is plain:
\nextsample
In the second, nothing is.
"""
_SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="300" height="80"><script>alert(1)</script>
<rect width="300" height="80" fill="#335"/><circle cx="60" cy="40" r="20" fill="#fc3"/></svg>"""
_INTERACTION = "< 3\n> ? 1\n< low\n> ? 2\n> ? 3\n< high\n< mid\n> ! 2\n---\n< 1\n> ! 1\n"


def _png(width: int, height: int) -> bytes:
    """A picture of a gradient."""
    row = [bytes((x * 255 // width, 90, 120)) for x in range(width)]
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress((b"\0" + b"".join(row)) * height)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


@pytest.fixture
async def lamps(site: Site, tmp_path: Path) -> None:
    """A problem with statements in three languages and formats."""
    package = loaded(
        tmp_path,
        {
            "problem_statement/problem.en.md": None,
            "problem_statement/problem.en.tex": _STATEMENT,
            "problem_statement/problem.sv.md": "Läs $n$. ![Broar](lamps.png)\n\n{{nextsample}}\n\n## Utdata\n",
            "problem_statement/problem.ru.tex": r"\begin{problem}{Фонари}{in}{out}{1}{256}\end{itemize}",
            "problem_statement/lamps.png": _png(400, 260),
            "problem_statement/drawn.svg": _SVG,
            "problem_statement/plan.pdf": b"%PDF-1.4",
            "data/sample/2.interaction": _INTERACTION,
        },
    )
    async with site.pool.acquire() as connection:
        contest_id = await contests.ensure_contest(connection, name="spring", title="Spring Contest")
        version_id = await problems.publish(connection, package)
        problem_id = await problems.problem_of(connection, version_id)
        await contests.add_problem(connection, contest_id=contest_id, problem_id=problem_id)


@pytest.mark.parametrize("width", [1280, 390])
async def test_reading(page: Page, site: Site, lamps: None, width: int, tmp_path: Path) -> None:
    """Everything is there and in its place, nothing is wider than the page, and nothing breaks its policy."""
    await page.set_viewport_size({"width": width, "height": 900})
    await page.goto("/contests/spring/problems/A")
    statement = page.locator("article.statement")

    await expect(statement.locator("figcaption").first).to_contain_text("A bridge at dusk.")
    for picture in await statement.locator("img").all():
        await picture.scroll_into_view_if_needed()
        await expect(picture).to_have_js_property("complete", value=True)
        assert await picture.evaluate("picture => picture.naturalWidth") > 0
    assert await statement.locator("img").count() == 2
    await expect(statement.locator(".not-shown")).to_have_text("[Picture not shown: plan.pdf]")
    await expect(statement.locator("pre").first).to_contain_text("low  3   <- kind, distance")
    assert await statement.locator("math[display=block]").count() == 2
    await expect(statement.locator("td[rowspan='2']")).to_have_text("both")
    await page.screenshot(path=tmp_path / f"statement-{width}.png", full_page=True)

    dialogue = statement.locator("section.dialogue")
    parts = await statement.locator("section.sample, section.dialogue, p").evaluate_all(
        "parts => parts.map(part => part.tagName === 'P' ? part.textContent.slice(0, 13) : part.className)"
    )
    first = parts.index("sample")
    assert parts[first - 1 : first + 2] == ["In the first ", "sample", "In the second"]
    assert parts.index("dialogue") > first + 1
    await expect(dialogue.locator("li.said pre")).to_have_text(["? 1", "? 2\n? 3", "! 2", "! 1"])
    await expect(dialogue.locator("li.heard pre")).to_have_text(["3", "low", "high\nmid", "1"])
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_languages(page: Page, site: Site, lamps: None) -> None:
    """A language once chosen stays chosen; a statement that cannot be shown is offered as it was written."""
    await page.goto("/contests/spring/problems/A")
    await page.get_by_role("link", name="svenska").click()
    await expect(page.locator("article.statement > h3")).to_have_text("Utdata")
    await page.goto("/contests/spring/problems/A")
    await expect(page.locator("article.statement")).to_have_attribute("lang", "sv")

    await page.get_by_role("link", name="русский").click()
    await expect(page.locator("article.statement .note")).to_contain_text("cannot be shown as a page")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="ru.tex").click()
    assert "Фонари" in (await (await download.value).path()).read_text()
