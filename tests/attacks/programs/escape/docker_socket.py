# covers: E13 J04
# expect: AC
# Under gVisor what is mounted is told with other options than the box's.
# expect@gvisor: AC WA
# Looks for whatever gives power over containers or the host.
import os

found = []
for path in (
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/crio/crio.sock",
    "/run/podman/podman.sock",
    "/run/dbus/system_bus_socket",
    "/run/secrets",
    "/var/run/secrets/kubernetes.io",
    "/.dockerenv",
    "/launcher",
    "/exchange",
    "/host",
    "/mnt",
    "/var/lib/docker",
    "/root",
    "/home",
    "/sys",
    "/boot",
    "@CELLS@",
):
    if os.path.lexists(path):
        found.append(path)
for line in open("/proc/self/mountinfo"):
    place, options = line.split()[4:6]
    if place not in ("/proc", "/tmp") and not place.startswith("/dev/") and "ro" not in options.split(","):
        found.append(line)
    if "nosuid" not in options:
        found.append("may have rights: " + line)
print(found or "safe")
