"""Lists of packages, as dpkg keeps them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sandbox.inventory import Package, parse_packages

STATUS = """\
Package: zlib1g
Status: install ok installed
Version: 1:1.3
Description: compression
 Package: not-a-package
 .
 Version: none

Package: gone
Status: deinstall ok config-files
Version: 2

Package: base-files
Version: 13.8
Status: install ok installed
"""


def test_installed_packages_are_listed_by_name() -> None:
    """What was removed is not there, and a description cannot name another package."""
    assert parse_packages(STATUS) == (
        Package(name="base-files", version="13.8"),
        Package(name="zlib1g", version="1:1.3"),
    )


@given(st.text(max_size=300))
def test_any_text_is_some_list(text: str) -> None:
    """An image may hold anything under that name: it is a list, if an empty one."""
    parse_packages(text)
    parse_packages(f"{STATUS}\n{text}")
