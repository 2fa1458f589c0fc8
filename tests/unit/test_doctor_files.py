"""What ``judge doctor`` makes of files and images: who could change them, and what they would give."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sandbox.doctor import files, images
from sandbox.doctor.finding import Status
from sandbox.doctor.tree import Tree
from tests.hosts import statuses, told


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: owners are looked at")
@pytest.mark.parametrize(
    ("mode", "uid", "status"),
    [
        (0o644, 0, Status.PASS),
        (0o600, 0, Status.PASS),
        (0o755, 0, Status.WARN),
        (0o664, 0, Status.FAIL),
        (0o646, 0, Status.FAIL),
        (0o644, 1234, Status.FAIL),
    ],
)
def test_files_that_others_could_change_fail(mode: int, uid: int, status: Status, tmp_path: Path) -> None:
    """Whoever may write the engine's settings is root; a wider permission that harms less is a warning."""
    path = tmp_path / "etc/docker/daemon.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    path.chmod(mode)
    os.chown(path, uid, 0)

    found = statuses(files.findings(told(), Tree(tmp_path), data_root=None))

    assert found["files.settings"] is status
    assert found["files.service"] is Status.SKIP


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        ("", Status.WARN),
        ("-w /etc/docker/daemon.json -p wa -k docker\n", Status.WARN),
        ("# -w /etc/docker -k docker\n", Status.WARN),
        ("-w /etc/docker -p wa -k docker\n", Status.PASS),
        ("-a always,exit -F dir=/etc/docker/ -F perm=wa -k docker\n", Status.PASS),
    ],
)
def test_files_that_nobody_watches_are_named(
    rules: str, status: Status, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule for a folder covers what is in it, a comment covers nothing."""
    monkeypatch.setattr("sandbox.doctor.files.shutil.which", lambda *_, **__: None)
    (tmp_path / "etc/docker").mkdir(parents=True)
    (tmp_path / "etc/docker/daemon.json").write_text("{}")
    (tmp_path / "etc/audit/rules.d").mkdir(parents=True)
    (tmp_path / "etc/audit/rules.d/docker.rules").write_text(rules)

    found = next(f for f in files.findings(told(), Tree(tmp_path), data_root=None) if f.id == "files.audit")

    assert found.status is status
    assert ("/etc/docker (1.1.6)" in found.found) is (status is Status.WARN)


def test_programs_that_give_rights_are_found_in_images(tmp_path: Path) -> None:
    """In any layer; a link to one, a folder or a plain program is none."""
    layers = [tmp_path / "upper", tmp_path / "lower"]
    for layer in layers:
        (layer / "usr/bin").mkdir(parents=True)
    (layers[0] / "usr/bin").chmod(0o2755)
    image = {
        "Config": {"User": "65534:65534"},
        "GraphDriver": {"Data": {"UpperDir": str(layers[0]), "LowerDir": str(layers[1])}},
    }
    assert set(statuses(images.findings({"x": image})).values()) == {Status.PASS}

    program = layers[1] / "usr/bin/su"
    program.write_text("")
    program.chmod(0o4755)
    found = {finding.id: finding for finding in images.findings({"x": image})}
    assert found["image.setuid"].status is Status.FAIL
    assert "x: /usr/bin/su" in found["image.setuid"].found


@pytest.mark.parametrize(("user", "status"), [("", Status.FAIL), ("0:0", Status.FAIL), ("root", Status.FAIL)])
def test_images_that_give_root_fail(user: str, status: Status) -> None:
    """No user named is root."""
    assert statuses(images.findings({"x": {"Config": {"User": user}}}))["image.user"] is status
