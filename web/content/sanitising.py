"""What of a statement's HTML becomes part of our page: known elements and attributes, pictures of its own, links out.

Statements are uploaded, and what converters make of them is no cleaner than they are. nh3 parses like a browser and
writes out again what is allowed, so that what comes after it may rely on its form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape, unescape
from pathlib import PurePosixPath
from urllib.parse import unquote

import nh3

#: In front of every id that a statement sets: it must not be taken for one of the page's.
ID_PREFIX = "statement-"
#: A statement's width, of which its pictures are given parts.
_FULL_WIDTH_PX = 720
_PX_PER_UNIT = {"cm": 37.8, "mm": 3.78, "in": 96.0, "pt": 1.333, "px": 1.0, "em": 16.0, "ex": 8.0}

_TAGS = frozenset(
    re.findall(
        r"\w+",
        """a abbr b blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption
        figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small span strike strong sub summary
        sup table tbody td tfoot th thead tr tt u ul var""",
    )
)
MATH_TAGS = frozenset(
    re.findall(
        r"\w+",
        """annotation math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms
        mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover semantics""",
    )
)
_MATH_ATTRIBUTES = set(
    re.findall(
        r"\w+",
        """accent accentunder columnalign columnlines columnspacing depth display displaystyle encoding fence form
        height largeop linethickness lspace mathsize mathvariant maxsize minsize movablelimits notation rowlines
        rowspacing rspace scriptlevel separator stretchy symmetric voffset width""",
    )
)
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"lang", "dir", "title", "id"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "type"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "col": {"align", "span"},
    **dict.fromkeys(MATH_TAGS, _MATH_ATTRIBUTES),
}
_CLASSES = {
    "div": {"center", "floated", "math", "block", "flushright"},
    "span": {"smallcaps", "math", "block"},
    "code": {"math-source"},
    "section": {"footnotes"},
}

#: nh3 writes attributes so: in double quotes, with none left inside.
_IMAGE = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_CELL_STYLE = re.compile(r'(<t[dh](?: [a-z]+="[^"<>]*")*) style="text-align: ?(left|right|center);?"')
_IMAGE_STYLE = re.compile(r'(<img [^<>]*?)style="(?:height:[^;"]*;)?width:(\d*\.?\d+)(%|[a-z]{2});?[^"]*"')


def sanitised(html: str, pictures: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The fragment as it may stand in a page, and the names of pictures that it lacks.

    Args:
        html: anything at all.
        pictures: the addresses of pictures by their path from where the statement stands. All others are left out.
    """
    clean = nh3.clean(
        _without_styles(html),
        tags=set(_TAGS | MATH_TAGS),
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        attribute_filter=_with_own_anchors,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        id_prefix=ID_PREFIX,
    )
    missing: list[str] = []

    def shown(image: re.Match[str]) -> str:
        attributes = dict(_ATTRIBUTE.findall(image[1]))
        name = unescape(attributes.get("src", ""))
        address = pictures.get(_resolved(name, pictures))
        if address is None:
            missing.append(name[:100])
            return f'<span class="not-shown">{escape(_apology(name, unescape(attributes.get("alt", ""))))}</span>'
        kept = "".join(f' {key}="{value}"' for key, value in attributes.items() if key != "src")
        return f'<img src="{escape(address)}"{kept if "alt" in attributes else kept + " alt"} loading="lazy">'

    return _IMAGE.sub(shown, clean), tuple(missing)


def _without_styles(html: str) -> str:
    """The two things that our converter says in styles, which the page's policy forbids, said in attributes."""
    html = _CELL_STYLE.sub(r'\1 align="\2"', html).replace("<embed ", "<img ")
    return _IMAGE_STYLE.sub(lambda image: f'{image[1]}width="{_width_px(float(image[2]), image[3])}"', html)


def _width_px(amount: float, unit: str) -> int:
    in_px = amount * _FULL_WIDTH_PX / 100 if unit == "%" else amount * _PX_PER_UNIT.get(unit, 1.0)
    return max(1, min(_FULL_WIDTH_PX, round(in_px)))


def _with_own_anchors(tag: str, attribute: str, value: str) -> str | None:
    """Links within the statement find the ids it sets; links to pages of ours are none of its business."""
    if (tag, attribute) != ("a", "href"):
        return value
    if value.startswith("#"):
        return f"#{ID_PREFIX}{value[1:]}"
    return value if re.match(r"(?:https?://|mailto:)", value, re.IGNORECASE) else None


def _resolved(name: str, pictures: Mapping[str, str]) -> str:
    """The picture that a statement means: written with escapes, a leading ``./`` or, in LaTeX, without extension."""
    name = str(PurePosixPath(unquote(name)))
    if name in pictures:
        return name
    return next((known for known in sorted(pictures) if str(PurePosixPath(known).with_suffix("")) == name), name)


def _apology(name: str, alternative: str) -> str:
    if alternative and alternative != "image":
        return f"[Picture not shown: {alternative}]"
    return f"[Picture not shown: {name[:100]}]" if name else "[Picture not shown]"
