/* Refused calls that are evidence: the filter of a box hands them to the launcher (seccomp_unotify(2)), which refuses them
 * and keeps count. The program sees nothing but the error.
 *
 * Each box's init sends the listener of its filter over a socket pair that lives as long as the launcher. Whoever wants
 * to keep the launcher busy cannot: after so many calls it lets go of the listener, and the kernel then refuses the rest
 * with ENOSYS by itself. */

#include "launcher.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST_DENIALS 64
#define MOST_NAMES 16
#define MOST_SETUP_MS 15000

struct denial {
    int number;
    uint64_t times;
};

static int ends[2];
static int listener = -1;
static struct denial denials[MOST_NAMES];
static size_t names;
static uint64_t heard;

/* A message that carries one descriptor. */
struct parcel {
    struct msghdr header;
    struct iovec body;
    char byte;
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
};

static void open_parcel(struct parcel *parcel)
{
    memset(parcel, 0, sizeof(*parcel));
    parcel->body = (struct iovec){&parcel->byte, 1};
    parcel->header = (struct msghdr){.msg_iov = &parcel->body, .msg_iovlen = 1, .msg_control = parcel->control.bytes,
                                     .msg_controllen = sizeof(parcel->control.bytes)};
}

void open_listeners(void)
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        die("socket pair: %s", strerror(errno));
}

/* Where inits send their listeners to. */
int telling_end(void)
{
    return ends[1];
}

/* Called by a box's init when it is ready; without a listener where the kernel has none, or we do not ask for one. */
bool send_listener(int socket, int fd)
{
    struct parcel parcel;

    open_parcel(&parcel);
    if (fd < 0) {
        parcel.header.msg_control = NULL;
        parcel.header.msg_controllen = 0;
        return sendmsg(socket, &parcel.header, 0) == 1;
    }
    struct cmsghdr *message = CMSG_FIRSTHDR(&parcel.header);
    message->cmsg_level = SOL_SOCKET;
    message->cmsg_type = SCM_RIGHTS;
    message->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(message), &fd, sizeof(int));
    return sendmsg(socket, &parcel.header, 0) == 1;
}

/* Takes the listener that an init has sent, if it has; -1 otherwise. */
static int received(void)
{
    struct parcel parcel;
    int fd = -1;

    open_parcel(&parcel);
    if (recvmsg(ends[0], &parcel.header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != 1)
        return -1;
    struct cmsghdr *message = CMSG_FIRSTHDR(&parcel.header);
    if (message && message->cmsg_type == SCM_RIGHTS && message->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(&fd, CMSG_DATA(message), sizeof(int));
    return fd;
}

/* Begins to watch the run that is about to start. */
void watch_listener(void)
{
    names = 0;
    heard = 0;
}

/* Waits until the box's init is ready, or dead: what is done now need not be done while the host waits for a run. */
void await_ready(int child_ends)
{
    struct signalfd_siginfo signal;
    struct pollfd fds[] = {{ends[0], POLLIN, 0}, {child_ends, POLLIN, 0}};
    int ready;

    /* The end of the box before has been seen to. */
    while (read(child_ends, &signal, sizeof(signal)) > 0)
        ;
    while ((ready = poll(fds, 2, MOST_SETUP_MS)) < 0)
        if (errno != EINTR)
            die("poll: %s", strerror(errno));
    if (ready == 0)
        die("a box was not ready within %d ms", MOST_SETUP_MS);
    listener = received();
}

/* What to poll for input: the listener, or until it has come the socket that brings it; -1: neither. */
int listening_fd(void)
{
    return heard > MOST_DENIALS ? -1 : listener >= 0 ? listener : ends[0];
}

static void note(int number)
{
    for (size_t i = 0; i < names; i++)
        if (denials[i].number == number) {
            denials[i].times++;
            return;
        }
    if (names < MOST_NAMES)
        denials[names++] = (struct denial){number, 1};
}

static void let_go(void)
{
    if (listener >= 0)
        close(listener);
    listener = -1;
}

/* Reads and refuses one call. The caller may be dead by then, which is no concern of ours. */
static void refuse_one(void)
{
    struct seccomp_notif call;
    struct seccomp_notif_resp answer;

    memset(&call, 0, sizeof(call));
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
        return;
    note(call.data.nr);
    answer = (struct seccomp_notif_resp){.id = call.id,
                                         .error = call.data.nr == SYS_socket ? -EAFNOSUPPORT : -EPERM};
    (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    if (++heard > MOST_DENIALS)
        let_go();
}

void hear_listener(void)
{
    if (listener < 0)
        listener = received();
    else
        refuse_one();
}

/* The box is gone; so is its listener, even one that was never taken out of the socket. */
void forget_listener(void)
{
    let_go();
    while ((listener = received()) >= 0)
        let_go();
}

void put_denials(void)
{
    for (size_t i = 0; i < names; i++) {
        const char *name = call_name(denials[i].number);
        put_bytes(F_DENIED_CALL, name, strlen(name));
        put_number(F_DENIED_TIMES, denials[i].times);
    }
}
