// covers: B13
// expect: AC MLE RTE
// Under gVisor each system call, and the memory it touches first, takes much longer.
// expect@gvisor: AC MLE RTE TLE
// memory_mib: 32
// Puts sockets with full buffers into the buffers of sockets, where no limit on open files sees them.
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
static char block[1 << 16];
static int pass(int through, int fd)
{
    char space[CMSG_SPACE(sizeof(fd))] = {0};
    struct iovec data = {block, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof(space)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(fd));
    memcpy(CMSG_DATA(header), &fd, sizeof(fd));
    return (int)sendmsg(through, &message, MSG_DONTWAIT);
}
int main(void)
{
    int outer[2], inner[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, outer);
    for (int i = 0; i < 20000; i++) {
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, inner) < 0)
            break;
        while (write(inner[0], block, sizeof(block)) > 0)
            ;
        if (pass(outer[0], inner[1]) < 0)
            break;
        close(inner[0]);
        close(inner[1]);
    }
    write(1, "safe\n", 5);
}
