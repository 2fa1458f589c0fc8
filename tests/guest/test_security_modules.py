"""AppArmor and Landlock, as a kernel that has both enforces them around real cells."""

from __future__ import annotations

import pytest

from tests.guest.machine import Guest

pytestmark = pytest.mark.timeout(900)

#: Leaves the kernel as it was: what is written is what was there.
_WRITE_BACK = 'value=$(cat "$0") && echo "$value" > "$0"'
#: In a mount namespace of its own, with mount(2), as the launcher does.
_MOUNT = ("unshare", "--mount", "busybox", "mount")
_CONFINED = ("aa-exec", "-p", "judge-cell", "--")
_SWITCHES = ("/proc/sys/kernel/core_pattern", "/proc/sys/vm/overcommit_memory", "/sys/power/sync_on_suspend")


def test_cells_run_under_our_profile(guest: Guest) -> None:
    """The kernel takes the profile, the cell's launcher is confined by it, and runs work."""
    outcome, _ = guest.run("exit", 0)

    assert guest.inspect().profile == "judge-cell (enforce)"
    assert outcome.exit_code == 0


@pytest.mark.parametrize("path", _SWITCHES)
def test_the_profile_refuses_the_kernels_switches(guest: Guest, path: str) -> None:
    """Even root cannot write the kernel's switches from within the profile, though it can without."""
    allowed, _ = guest.execute("sh", "-c", _WRITE_BACK, path)
    refused, said = guest.execute(*_CONFINED, "sh", "-c", _WRITE_BACK, path)

    assert allowed == 0
    assert refused != 0
    assert "Permission denied" in said


@pytest.mark.parametrize("kind", ["sysfs", "cgroup2", "overlay", "devpts", "mqueue"])
def test_the_profile_refuses_file_systems_that_no_box_needs(guest: Guest, kind: str) -> None:
    """Of new file systems, root within the profile mounts what boxes are made of, and nothing that it could without."""
    options = ("-o", "lowerdir=/usr:/etc") if kind == "overlay" else ()
    allowed, said = guest.execute(*_MOUNT, *options, "-t", kind, "new", "/root")
    refused, _ = guest.execute(*_CONFINED, *_MOUNT, *options, "-t", kind, "new", "/root")
    needed, _ = guest.execute(*_CONFINED, *_MOUNT, "-t", "tmpfs", "-o", "nosuid,nodev", "new", "/root")

    assert (allowed, said) == (0, "")
    assert refused != 0
    assert needed == 0


def test_the_profile_refuses_mounts_made_step_by_step(guest: Guest) -> None:
    """fsopen(2) and move_mount(2), which util-linux mounts with, are no way around the rules for mount(2)."""
    mount = ("unshare", "--mount", "/usr/bin/mount", "-t", "sysfs", "new", "/root")
    allowed, said = guest.execute(*mount)
    refused, _ = guest.execute(*_CONFINED, *mount)

    assert (allowed, said) == (0, "")
    assert refused != 0


def test_boxes_are_behind_landlock(guest: Guest) -> None:
    """The kernel's Landlock is found and used, and boxes work behind it."""
    outcome, _ = guest.run("fill-tmp", 1)

    assert guest.facts.has_landlock
    assert outcome.exit_code == 0


def test_nothing_that_a_box_refuses_gets_through(guest: Guest) -> None:
    """All walls at once: none of the probe's attempts succeeds on this kernel either."""
    _, output = guest.run("escapes")
    lines = output.splitlines()

    assert len(lines) > 30
    assert not [line for line in lines if "DONE" in line]
