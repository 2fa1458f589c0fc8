"""Statements: every format becomes HTML with MathML, and nothing in it that the page did not choose."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from problems.latex import NEXT_SAMPLE, REMAINING_SAMPLES
from web.content.sanitising import ID_PREFIX
from web.content.statements import MAX_MATH_LENGTH, math_to_html, pieces, rendered

#: What no statement may contain.
_FORBIDDEN = re.compile(
    r"script|style|iframe|frame|frameset|object|embed|applet|form|input|button|select|textarea|svg|link|meta|base|title"
    r"|html|head|body|template|slot|noscript|video|audio|source|dialog|portal|annotation-xml|maction|mglyph"
)
_FORBIDDEN_ATTRIBUTES = re.compile(r"on.*|style|srcset|action|formaction|name|xlink:href|xmlns.*|target|background")
_HOSTILE_LINK = re.compile(r"(?!https?:|mailto:|#)", re.IGNORECASE)


def to_html(markdown: str) -> str:
    return rendered(markdown).html


class _Tags(HTMLParser):
    """Collects the elements and attributes of a fragment."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links.extend(value or "" for name, value in attrs if name in ("href", "src"))
        self.ids.extend(value or "" for name, value in attrs if name == "id")


def assert_harmless(html: str) -> _Tags:
    """Nothing that acts, nothing that dresses as the page, and links to elsewhere only."""
    parser = _Tags()
    parser.feed(html)
    assert not [tag for tag in parser.tags if _FORBIDDEN.fullmatch(tag)], html
    assert not [name for name in parser.attributes if _FORBIDDEN_ATTRIBUTES.fullmatch(name)], html
    assert not [link for link in parser.links if _HOSTILE_LINK.match(link)], html
    assert all(value.startswith(ID_PREFIX) for value in parser.ids), html
    return parser


def test_math() -> None:
    """Inline and displayed formulas become MathML of the right kind."""
    html = to_html("Given $a \\le b$:\n\n$$\\sum_{i=1}^n \\frac{1}{i}$$\n")

    assert '<math display="inline">' in html and "<mo>≤</mo>" in html
    assert '<math display="block">' in html and "<mfrac>" in html


@pytest.mark.parametrize("latex", [r"\frac{", "<b>^", "{" * 3000, "<b>" * MAX_MATH_LENGTH])
def test_unreadable_math(latex: str) -> None:
    """A formula that cannot be read is shown as it was written, escaped."""
    html = math_to_html(latex, {"display_mode": False})

    assert html == f'<code class="math-source">{escape(latex)}</code>'


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{&lt;script&gt;alert(1)&lt;/script&gt;}",
        r"\text{&amp;lt;script&amp;gt;alert(1)}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{background:url(//evil)}{x}",
        r"\class{admin}{x}",
        r'\color{red" onclick="alert(1)}{x}',
        "<img src=x onerror=alert(1)>",
    ],
)
def test_hostile_math(latex: str) -> None:
    """No formula makes a script, a link, a style or a handler."""
    seen = assert_harmless(to_html(f"${latex}$"))

    assert not seen.links


_HOSTILE_HTML = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<math><maction actiontype=statusline xlink:href=javascript:alert(1)>x</maction></math>",
    '<math><annotation-xml encoding="text/html"><script>alert(1)</script></annotation-xml></math>',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<form action=/logout><button>x</button></form>",
    "<iframe src=https://example.org></iframe>",
    "<style>body { display: none }</style>",
    "<p style='position: fixed; inset: 0'>x</p>",
    "<a href=/admin/users target=_top name=submit id=submit>x</a>",
    "<a href='javascript:alert(1)'>x</a>",
    "<base href=https://example.org><link rel=stylesheet href=//example.org>",
    "<div class='submit button primary'>x</div>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "</article></main><h1>Log in</h1>",
]
_HOSTILE_MARKDOWN = [
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "![x](javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "<javascript:alert(1)>",
    "[x](vbscript:x)",
    "[x](//example.org)",
    "[x](/logout)",
]
_HOSTILE_LATEX = [
    r"\href{javascript:alert(1)}{x}",
    r"\url{javascript:alert(1)}",
    r"\href{/logout}{x}",
    r"$\text{<script>alert(1)</script>}$",
    r"<script>alert(1)</script>",
    r"\begin{html}<script>alert(1)</script>\end{html}",
    r"\label{submit} \hypertarget{submit}{x}",
    r"\includegraphics{javascript:alert(1)}",
    r"\begin{script}x\end{script}",
]


@pytest.mark.parametrize(
    ("written_in", "text"),
    [
        *(("html", text) for text in _HOSTILE_HTML),
        *(("md", text) for text in (*_HOSTILE_HTML, *_HOSTILE_MARKDOWN)),
        *(("tex", text) for text in _HOSTILE_LATEX),
        *(("txt", text) for text in _HOSTILE_HTML),
    ],
)
def test_hostile_statements(written_in: str, text: str) -> None:
    """In no format does a statement act, pose as the page, or lead to anywhere on this site."""
    assert_harmless(rendered(text, written_in=written_in).html)


@given(
    text=st.lists(
        st.sampled_from([*_HOSTILE_HTML, *_HOSTILE_MARKDOWN, "<", ">", '"', "'", "`", "$", "\n", "|", "</", "a"])
    )
    .map("".join)
    .filter(lambda text: len(text) < 2000),
    written_in=st.sampled_from(["md", "html", "txt"]),
)
def test_any_text(text: str, written_in: str) -> None:
    """However the pieces of hostile statements are put together, what comes out is harmless."""
    assert_harmless(rendered(text, written_in=written_in).html)


@given(st.text(alphabet="$\\{}<>&;\"'=/abc^_()[]!`*|\n ", max_size=60))
def test_any_markdown(markdown: str) -> None:
    """Whatever is written, what comes out is harmless."""
    assert_harmless(to_html(markdown))


def test_page_structure() -> None:
    """Headings go one level down, below the page's own; links carry no referrer."""
    html = to_html("# Title\n\n[x](https://example.org/)\n")

    assert "<h2>Title</h2>" in html
    assert 'rel="noopener noreferrer nofollow"' in html


def test_markdown_as_the_format_wants_it() -> None:
    """CommonMark with its HTML, tables and footnotes (2025-09, "Markdown environment and supported features")."""
    html = to_html("x<sub>2</sub> and a note[^1]\n\n[^1]: Here.\n\n| a | b |\n|--:|:-:|\n| 1 | 2 |\n")

    assert "x<sub>2</sub>" in html
    assert f'href="#{ID_PREFIX}fn1"' in html and f'id="{ID_PREFIX}fn1"' in html
    assert '<td align="right">1</td>' in html and '<td align="center">2</td>' in html


def test_pictures() -> None:
    """A statement's own pictures are shown at their addresses; of others, from elsewhere too, only words are."""
    made = rendered(
        "![lamp](lamp.png) ![](./maps/a%20b.svg) ![plan](https://example.org/p.png) ![](gone.png)",
        pictures={"lamp.png": "/p/1", "maps/a b.svg": "/p/2?a&b"},
    )

    assert made.html.count("<img") == 2
    assert '<img src="/p/1" alt="lamp" loading="lazy">' in made.html
    assert 'src="/p/2?a&amp;b"' in made.html
    assert "[Picture not shown: plan]" in made.html and "[Picture not shown: gone.png]" in made.html
    assert made.complaints == ("picture not shown: https://example.org/p.png", "picture not shown: gone.png")


def test_pictures_of_latex() -> None:
    """LaTeX names pictures without extension, and their width as a part of the page's; a PDF is named, not shown."""
    made = rendered(
        r"\includegraphics[width=0.5\textwidth]{lamp} \includegraphics[width=2cm]{lamp.png} \includegraphics{plan.pdf}",
        written_in="tex",
        pictures={"lamp.png": "/p/1"},
    )

    assert 'src="/p/1" width="360"' in made.html and 'src="/p/1" width="76"' in made.html
    assert "[Picture not shown: plan.pdf]" in made.html


def test_latex_that_cannot_be_read() -> None:
    """A statement that is no LaTeX is no page, and the converter's words say why."""
    made = rendered("\\end{itemize}", written_in="tex")

    assert made.html == ""
    assert "cannot be shown as a page: Error at (line 1)" in made.complaints[0]


def test_drawings() -> None:
    """Where a drawing would be, the reader learns that there is one."""
    assert (
        "[A drawing that only LaTeX can make]"
        in rendered(r"\begin{tikzpicture}\draw;\end{tikzpicture}", written_in="tex").html
    )


@pytest.mark.parametrize(
    ("written_in", "text"),
    [
        ("md", "one\n\n{{nextsample}}\n\ntwo `{{nextsample}}`\n\n{{remainingsamples}}\n\nthree"),
        ("tex", "one\n\\nextsample\ntwo \\verb|{{nextsample}}|\n\\remainingsamples\nthree"),
    ],
)
def test_samples_in_their_places(written_in: str, text: str) -> None:
    """Samples stand where the statement wants them, in code the command is only itself, and none is left."""
    cut = pieces(rendered(text, written_in=written_in).html, 4)

    assert [piece for piece in cut if isinstance(piece, range)] == [range(1), range(1, 4), range(4, 4)]
    words = [re.sub(r"<[^>]*>", "", piece).strip() for piece in cut if isinstance(piece, str)]
    assert words == ["one", "two {{nextsample}}", "three"]


@pytest.mark.parametrize(
    ("marks", "samples", "expected"),
    [
        ("", 2, [range(2)]),
        (NEXT_SAMPLE * 3, 2, [range(1), range(1, 2), range(2, 2), range(2, 2)]),
        (REMAINING_SAMPLES, 0, [range(0), range(0)]),
        (REMAINING_SAMPLES + NEXT_SAMPLE, 2, [range(2), range(2, 2), range(2, 2)]),
    ],
)
def test_pieces(marks: str, samples: int, expected: list[range]) -> None:
    """No sample is shown twice and none is forgotten, however often they are asked for."""
    assert [piece for piece in pieces(marks, samples) if isinstance(piece, range)] == expected


def test_no_statement_forges_marks() -> None:
    """Characters that stand for samples mean nothing in a statement's own text."""
    for written_in in ("md", "tex", "html", "txt"):
        assert NEXT_SAMPLE not in rendered(f"a {NEXT_SAMPLE} b", written_in=written_in).html


def test_money_is_not_math() -> None:
    """Two prices in a sentence are not taken for a formula."""
    assert "<math" not in to_html("One costs 5$ and two cost 9$.")
