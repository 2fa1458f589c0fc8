// covers: E12 J13
// expect: AC
// Calls the host's services by the names and paths of their sockets, and tries to take messages from them.
#define _GNU_SOURCE
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
static int found;
static void call(const char *name, size_t length)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, name, length);
    for (int type = SOCK_STREAM; type <= SOCK_SEQPACKET; type++) {
        int fd = socket(AF_UNIX, type, 0);
        if (fd >= 0 && connect(fd, (struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) == 0)
            found++, printf("reached %s\n", name[0] ? name : name + 1);
        close(fd);
    }
}
#define CALL(name) call(name, sizeof(name) - 1)
int main(void)
{
    CALL("@CANARY_SOCKET@");
    CALL("@CANARY_PATH@");
    CALL("/proc/1/root@CANARY_PATH@");
    CALL("/var/run/docker.sock");
    CALL("/run/containerd/containerd.sock");
    CALL("/run/dbus/system_bus_socket");
    CALL("/run/systemd/private");
    CALL("/run/systemd/journal/stdout");
    CALL("/dev/log");
    CALL("\0/containerd-shim/moby");
    CALL("\0/tmp/.X11-unix/X0");
    CALL("\0/org/kernel/linux/storage/multipathd");
    if (!found)
        puts("safe");
}
