// covers: A11 B13
// expect: AC
// Leaves the writing end of its output in a ring of sockets that only the kernel's collector can free.
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void)
{
    int ring[2], sent[2];
    char space[CMSG_SPACE(sizeof(sent))] = {0};
    struct iovec byte = {"x", 1};
    struct msghdr message = {.msg_iov = &byte, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof(space)};
    socketpair(AF_UNIX, SOCK_STREAM, 0, ring);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(sent));
    sent[0] = 1;
    sent[1] = ring[1];
    memcpy(CMSG_DATA(header), sent, sizeof(sent));
    if (sendmsg(ring[0], &message, 0) < 0)
        puts("cannot send");
    puts("safe");
}
