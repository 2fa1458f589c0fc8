"""One-time codes against the vectors of RFC 6238, and what becomes of clocks that drift."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from web.identity import totp

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("now_s", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_vectors(now_s: int, code: str) -> None:
    """The last six digits of those that the RFC's appendix B lists for SHA-1."""
    assert totp.code(SECRET, now_s // totp.STEP_S) == code
    assert totp.step_of(SECRET, code, now_s=now_s) == now_s // totp.STEP_S


@pytest.mark.parametrize(("early_s", "is_taken"), [(0, True), (30, True), (-30, True), (60, False), (-60, False)])
def test_drift(early_s: int, is_taken: bool) -> None:
    """A phone may be a step early or late, and no more."""
    sent = totp.code(SECRET, (1_000_000_000 + early_s) // totp.STEP_S)

    found = totp.step_of(SECRET, sent, now_s=1_000_000_000)

    assert found == ((1_000_000_000 + early_s) // totp.STEP_S if is_taken else None)


@pytest.mark.parametrize("sent", ["", "28708", "2870820", "\u0662\u0668\u0667\u0660\u0668\u0662", "\ud800", "x" * 40])
def test_what_is_no_code(sent: str) -> None:
    """Nothing but the very digits is the code."""
    assert totp.step_of(SECRET, sent, now_s=59) is None


def test_address_of_an_app() -> None:
    """Apps find secret, account and site in the address, whatever the login is made of."""
    parts = urlsplit(totp.address(SECRET, login="a.b-c_d", site="Our Judge"))

    assert (parts.scheme, parts.netloc, unquote(parts.path)) == ("otpauth", "totp", "/Our Judge:a.b-c_d")
    assert parse_qs(parts.query) == {"secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"], "issuer": ["Our Judge"]}


def test_recovery_codes_are_read_as_they_are_written() -> None:
    """Groups, dashes and capitals make no difference; no two codes are alike."""
    codes = totp.new_recovery_codes()

    assert len(set(codes)) == totp.RECOVERY_CODES
    assert [totp.typed(totp.in_groups(code).upper().replace(" ", " - ")) for code in codes] == codes
