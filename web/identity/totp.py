"""One-time codes by the time of day (RFC 6238), as authenticator apps make them: SHA-1, six digits, 30 seconds."""

from __future__ import annotations

import base64
import hmac
import secrets
import struct
from urllib.parse import quote, urlencode

import segno
from markupsafe import Markup

STEP_S = 30
DIGITS = 6
RECOVERY_CODES = 10
#: Clocks of phones may be that many steps early or late.
_DRIFT = 1
#: What RFC 4226 recommends: as long as the hash.
_SECRET_BYTES = 20
#: 80 bits, so that no hash of them can be reversed by trying.
_RECOVERY_BYTES = 10
_GROUP = 4


def new_secret() -> bytes:
    return secrets.token_bytes(_SECRET_BYTES)


def new_recovery_codes() -> list[str]:
    return [base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]


def in_groups(text: str) -> str:
    """A long code as it is read and copied by people."""
    return " ".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def typed(text: str) -> str:
    """A code as it was meant, without what people put between its groups."""
    return "".join(text.split()).replace("-", "").lower()


def secret_text(secret: bytes) -> str:
    return base64.b32encode(secret).decode().rstrip("=")


def address(secret: bytes, *, login: str, site: str) -> str:
    """What a QR code tells an authenticator app."""
    query = urlencode({"secret": secret_text(secret), "issuer": site}, quote_via=quote)
    return f"otpauth://totp/{quote(f'{site}:{login}')}?{query}"


def picture(text: str) -> Markup:
    """A QR code as SVG for a page, on white also where the page is dark: cameras want it so."""
    drawn = segno.make(text, micro=False, error="m")
    return Markup(drawn.svg_inline(border=4, light="#fff", omitsize=True, svgclass="qr", lineclass=None))  # noqa: S704


def code(secret: bytes, step: int) -> str:
    """The code of that step (RFC 4226, section 5.3)."""
    digest = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    offset = digest[-1] & 0xF
    number = struct.unpack_from(">I", digest, offset)[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: bytes, sent: str, *, now_s: float) -> int | None:
    """The step whose code that is, of those that a clock may be at; None where it is none's."""
    present = int(now_s) // STEP_S
    found = None
    for step in range(present - _DRIFT, present + _DRIFT + 1):
        if hmac.compare_digest(code(secret, step).encode(), sent.encode(errors="replace")):
            found = step
    return found
