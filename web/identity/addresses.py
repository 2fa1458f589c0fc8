"""The address a request came from, seen through the reverse proxies that the settings trust."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from judge.errors import UsageError

#: What proxies add to requests of others. The mapping they are looked up in knows no case.
_PASSED_ON = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


class TrustedProxies:
    """The networks whose X-Forwarded-For is believed."""

    def __init__(self, networks: Iterable[str]) -> None:
        """Read the setting.

        Raises:
            UsageError: something in it is not an address or a network.
        """
        self._networks: list[IPv4Network | IPv6Network] = []
        for text in networks:
            try:
                self._networks.append(ip_network(text, strict=False))
            except ValueError as error:
                raise UsageError(f"setting web_trusted_proxies: {text!r} is not an address or a network") from error

    def client_of(self, peer: str | None, forwarded_for: str) -> str:
        """The nearest address that is not a trusted proxy's.

        Each proxy appends the address it was called from, so the list is read from its end: what lies before the first
        address that is no proxy of ours may be made up.
        """
        client = _parse(peer or "")
        hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
        while client is not None and self._trusts(client) and hops:
            hop = _parse(hops.pop())
            if hop is None:
                break
            client = hop
        return str(client) if client else "unknown"

    def is_near(self, peer: str | None, headers: Mapping[str, str]) -> bool:
        """Whether a request began on this machine or on a trusted proxy's own, and was passed on by nobody."""
        client = _parse(peer or "")
        if client is None or any(name in headers for name in _PASSED_ON):
            return False
        return client.is_loopback or self._trusts(client)

    def _trusts(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address.version == network.version and address in network for network in self._networks)


def throttle_key(address: str) -> str:
    """What rate limits count an address as: itself, or the /64 that one IPv6 customer has to themselves."""
    parsed = _parse(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False))
    return address


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
