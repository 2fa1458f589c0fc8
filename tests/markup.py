"""Pages as a browser reads them, about: what elements there are, and what of them no page of this site has."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

#: Elements that the site has no use for, and that somebody else's markup would.
_NEVER = {"base", "iframe", "object", "embed", "applet", "frame", "style", "x-planted"}
_ADDRESSES = {"href", "src", "action", "formaction", "poster", "data"}
_SCHEMES = ("javascript:", "vbscript:", "data:")


@dataclass(slots=True, kw_only=True)
class Form:
    """A form of a page: where it is sent, and what it has."""

    action: str
    method: str
    #: By the name of each field, the values that the page has for it.
    fields: dict[str, list[str]] = field(default_factory=dict)


class Markup(HTMLParser):
    """One page, read."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        #: All text and every attribute's value.
        self.texts: list[str] = []
        #: What is not the site's own.
        self.foreign: list[str] = []
        self._is_script = False
        self._name = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.texts += values.values()
        self._is_script = tag == "script"
        if tag in _NEVER:
            self.foreign.append(self.get_starttag_text() or tag)
        for name, value in values.items():
            address = "".join(value.split()).lower()
            is_picture = tag == "img" and address.startswith("data:image/")
            is_harmful = name in _ADDRESSES and address.startswith(_SCHEMES) and not is_picture
            if name.startswith("on") or name in ("style", "srcdoc") or is_harmful:
                self.foreign.append(self.get_starttag_text() or tag)
        if tag == "form":
            self.forms.append(Form(action=values.get("action", ""), method=values.get("method", "get").lower()))
        elif tag in ("input", "select", "textarea", "button") and self.forms and "name" in values:
            self._name = values["name"]
            self.forms[-1].fields.setdefault(self._name, []).append(values.get("value", ""))
        elif tag == "option" and self.forms and self._name in self.forms[-1].fields:
            self.forms[-1].fields[self._name].append(values.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        self._is_script = self._is_script and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._is_script and data.strip():
            self.foreign.append(f"<script>{data}")
        self.texts.append(data)
