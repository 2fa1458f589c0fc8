/* Boxes made before their run: while the host looks at one report, the box for the next run is set up and waits. Only
 * one whose run talks to another is made when it is asked for, since its streams are not there before. */

#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct prepared prepared;

void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Killing process 1 of a namespace kills all of it, atomically against forks. */
void kill_init(void)
{
    if (kill(prepared.init, SIGKILL) < 0)
        die("kill the box: %s", strerror(errno));
}

/* Readable when a child has ended: the init of the box, and with it everything in the box. */
int child_ends(void)
{
    static int fd = -1;
    sigset_t signals;

    if (fd >= 0)
        return fd;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0 || (fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
        die("signalfd: %s", strerror(errno));
    return fd;
}

bool init_is_dead(void)
{
    struct signalfd_siginfo signal;
    siginfo_t info = {0};

    while (read(child_ends(), &signal, sizeof(signal)) > 0)
        ;
    return waitid(P_PID, (id_t)prepared.init, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == prepared.init;
}

static void clone_box(void)
{
    static uint64_t extra = CLONE_NEWCGROUP; /* given up where the kernel, such as gVisor's, has none */
    struct clone_args arguments = {
        .flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | extra,
        .exit_signal = SIGCHLD,
    };

    prepared.init = (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
    if (prepared.init < 0 && extra) {
        extra = 0;
        clone_box();
        return;
    }
    if (prepared.init == 0)
        box_main(&prepared.box);
    if (prepared.init < 0)
        die("clone a box: %s", strerror(errno));
}

static void make_pipe(int *inside, int *outside, bool inside_reads)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        die("pipe: %s", strerror(errno));
    /* Larger pipes mean fewer changes between the program and us; the default is good enough where it is refused. */
    (void)fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES);
    *inside = ends[inside_reads ? 0 : 1];
    *outside = ends[inside_reads ? 1 : 0];
    if (fcntl(*outside, F_SETFL, O_NONBLOCK) < 0)
        die("fcntl: %s", strerror(errno));
}

static int event_counter(void)
{
    int fd = eventfd(0, EFD_CLOEXEC);

    if (fd < 0)
        die("eventfd: %s", strerror(errno));
    return fd;
}

/* Makes a box that waits for its run. Needs nothing of the run but what it has to fit. */
void prepare_box(const struct run_request *request, struct fitting fitting, const struct meter *meter)
{
    static struct ledger *ledger;

    if (!ledger)
        ledger = share(sizeof(*ledger));
    memset(ledger, 0, sizeof(*ledger));
    prepared = (struct prepared){.box = {.fitting = fitting, .request = request, .ledger = ledger, .meter = meter}};
    set_work(fitting.work_writable, fitting.links);
    if (fitting.feedback && !mount_own("/feedback", FEEDBACK_TMPFS_BYTES, "755"))
        die("mount /feedback: %s", strerror(errno));
    (void)child_ends();
    if (fitting.piped) {
        take_programs_ends(&prepared.box.stdio[0], &prepared.box.stdio[1]);
        prepared.feed = prepared.catch = -1;
    } else {
        make_pipe(&prepared.box.stdio[0], &prepared.feed, true);
        make_pipe(&prepared.box.stdio[1], &prepared.catch, false);
    }
    make_pipe(&prepared.box.stdio[2], &prepared.err, false);
    prepared.box.go = event_counter();
    prepared.box.done = event_counter();
    prepared.box.tell = telling_end();
    clone_box();
    for (int i = 0; i < 3; i++)
        close_fd(&prepared.box.stdio[i]);
    await_ready(child_ends());
}

/* Waits until the box is gone for good, and lets go of all that belonged to it. */
void clear_box(void)
{
    if (!prepared.init)
        return;
    while (waitpid(prepared.init, NULL, __WALL) < 0)
        if (errno != EINTR)
            die("wait for the box: %s", strerror(errno));
    close_fd(&prepared.feed);
    close_fd(&prepared.catch);
    close_fd(&prepared.err);
    close_fd(&prepared.box.go);
    close_fd(&prepared.box.done);
    forget_listener();
    if (prepared.box.fitting.feedback && umount2("/feedback", MNT_DETACH) < 0)
        die("unmount /feedback: %s", strerror(errno));
    prepared.init = 0;
}

/* Drops the box made ahead, if any. */
void discard_box(void)
{
    if (!prepared.init)
        return;
    kill_init();
    clear_box();
}

/* A host that is short of memory kills what waits first of all; another box is then made. */
bool fits(struct fitting wanted)
{
    struct fitting made = prepared.box.fitting;

    return prepared.init && !init_is_dead() && !wanted.piped && made.tmp_bytes == wanted.tmp_bytes &&
           made.work_writable == wanted.work_writable && made.feedback == wanted.feedback && made.links == wanted.links;
}
