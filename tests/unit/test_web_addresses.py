"""Whose address a request came from."""

from __future__ import annotations

import pytest
from multidict import CIMultiDict

from judge.errors import UsageError
from web.identity.addresses import TrustedProxies, throttle_key


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded_for", "client"),
    [
        ((), "203.0.113.9", "", "203.0.113.9"),
        ((), "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        (("10.0.0.0/8",), "10.1.2.3", "198.51.100.1", "198.51.100.1"),
        (("10.0.0.0/8",), "10.1.2.3", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        (("10.0.0.0/8",), "10.1.2.3", "198.51.100.1, 10.9.9.9", "198.51.100.1"),
        (("10.0.0.0/8",), "10.1.2.3", "nonsense", "10.1.2.3"),
        (("10.0.0.0/8",), "10.1.2.3", "", "10.1.2.3"),
        (("127.0.0.1",), "::ffff:127.0.0.1", "2001:db8::1", "2001:db8::1"),
        ((), None, "", "unknown"),
    ],
)
def test_client(trusted: tuple[str, ...], peer: str | None, forwarded_for: str, client: str) -> None:
    """Only what trusted proxies appended is believed."""
    assert TrustedProxies(trusted).client_of(peer, forwarded_for) == client


@pytest.mark.parametrize(
    ("trusted", "peer", "header", "is_near"),
    [
        ((), "127.0.0.1", "", True),
        ((), "::1", "", True),
        ((), "::ffff:127.0.0.1", "", True),
        ((), "10.1.2.3", "", False),
        (("10.0.0.0/8",), "10.1.2.3", "", True),
        (("10.0.0.0/8",), "10.1.2.3", "X-Forwarded-For", False),
        (("127.0.0.1",), "127.0.0.1", "X-Forwarded-For", False),
        ((), "127.0.0.1", "forwarded", False),
        ((), "127.0.0.1", "X-Real-IP", False),
        ((), "127.0.0.1", "Via", False),
        ((), None, "", False),
    ],
)
def test_near(trusted: tuple[str, ...], peer: str | None, header: str, is_near: bool) -> None:
    """Only what comes from this machine or a trusted proxy's own, and was passed on by nobody, is near."""
    headers = CIMultiDict({header: "203.0.113.9"} if header else {})

    assert TrustedProxies(trusted).is_near(peer, headers) is is_near


def test_setting_is_checked() -> None:
    """A setting that is no address is refused when the site starts, by name."""
    with pytest.raises(UsageError, match="web_trusted_proxies: 'proxy'"):
        TrustedProxies(("proxy",))


def test_throttle_key() -> None:
    """One IPv6 customer, who has 2^64 addresses, counts as one."""
    assert throttle_key("2001:db8:0:1::5") == throttle_key("2001:db8:0:1:ffff::") != throttle_key("2001:db8:0:2::5")
    assert throttle_key("203.0.113.9") == "203.0.113.9"
