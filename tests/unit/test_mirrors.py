"""Where packages come from: the host's own mirror, if it has one that serves."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.mirrors import host_mirror

DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\nVERSION_CODENAME=bookworm\n'

DEB822 = """\
Types: deb-src
URIs: http://sources.example/debian
Suites: bookworm
Components: main

# URIs: http://comment.example/debian
Types: deb
Enabled: no
URIs: http://disabled.example/debian
Suites: bookworm
Components: main

Types: deb
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main

Types: deb deb-src
URIs:
  http://near.example/debian
Suites: bookworm bookworm-updates
Components: contrib main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""

ONE_LINE = """\
# deb http://comment.example/debian bookworm main
deb cdrom:[Debian 12]/ bookworm main
deb-src http://sources.example/debian bookworm main
deb http://security.example/debian-security bookworm-security main
deb http://other.example/apt stable not-main
deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] https://near.example/debian bookworm main contrib # near
"""


@pytest.fixture
def apt(tmp_path: Path) -> Path:
    """An /etc/apt with no sources yet."""
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "os-release").write_text(DEBIAN)
    return tmp_path


def test_the_hosts_mirror_from_deb822_sources(apt: Path) -> None:
    """The enabled binary entry of the host's own release is taken, not sources, security or a comment."""
    (apt / "sources.list.d" / "debian.sources").write_text(DEB822)

    assert host_mirror(apt, apt / "os-release") == "http://near.example/debian"


def test_the_hosts_mirror_from_one_line_sources(apt: Path) -> None:
    """The older format is read as well, with options and comments."""
    (apt / "sources.list").write_text(ONE_LINE)

    assert host_mirror(apt, apt / "os-release") == "https://near.example/debian"


def test_no_mirror_is_taken_from_another_distribution(apt: Path) -> None:
    """An Ubuntu's mirror has no Debian; mmdebstrap's own choice is better."""
    (apt / "sources.list").write_text(ONE_LINE)
    (apt / "os-release").write_text("ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=bookworm\n")

    assert host_mirror(apt, apt / "os-release") is None


def test_no_sources_at_all_is_no_mirror(tmp_path: Path) -> None:
    """A host without apt leaves the choice to mmdebstrap."""
    assert host_mirror(tmp_path, tmp_path / "os-release") is None
