// covers: E11 J03
// quick: yes
// expect: AC
// Looks for anybody to talk to: the internet, the machine's own services, other containers.
#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
static int found;
static void try_inet(const char *host, int port, int type)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    inet_pton(AF_INET, host, &address.sin_addr);
    int fd = socket(AF_INET, type, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && write(fd, "x", 1) == 1)
        found++, printf("reached %s:%d\n", host, port);
    close(fd);
}
static void try_unix(const char *name, size_t length)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, name, length);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) == 0)
        found++, printf("reached %s\n", name[0] ? name : name + 1);
    close(fd);
}
int main(void)
{
    static const char *const hosts[] = {"1.1.1.1", "127.0.0.1", "169.254.169.254", "172.17.0.1", "10.0.0.1"};
    static const int ports[] = {22, 53, 80, 443, 2375, 5432, 6379, 8080};
    for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
        for (size_t j = 0; j < sizeof(ports) / sizeof(*ports); j++) {
            try_inet(hosts[i], ports[j], SOCK_STREAM);
            try_inet(hosts[i], ports[j], SOCK_DGRAM);
        }
    if (socket(AF_INET6, SOCK_STREAM, 0) >= 0 || socket(AF_NETLINK, SOCK_RAW, 0) >= 0)
        found++, puts("a socket of another family");
    try_unix("@CANARY_SOCKET@", sizeof("@CANARY_SOCKET@") - 1);
    try_unix("/var/run/docker.sock", sizeof("/var/run/docker.sock"));
    try_unix("/run/containerd/containerd.sock", sizeof("/run/containerd/containerd.sock"));
    if (!found)
        puts("safe");
}
