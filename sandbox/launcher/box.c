/* One box, from the inside: process 1 of the new namespaces, and the program it starts.
 *
 * The calls of set_up() and of start_program(), read in order, are the box's security design. */

#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LAST_FD 0x7fffffffu /* more does gVisor not take for a descriptor */

/* Nobody can be told from in here but through the ledger; the launcher then refuses the run. */
static _Noreturn void give_up(const struct box *box, const char *step)
{
    box->ledger->failed_errno = errno;
    strncpy(box->ledger->failed_step, step, sizeof(box->ledger->failed_step) - 1);
    _exit(1);
}

static void write_or_give_up(const struct box *box, const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        give_up(box, path);
    close(fd);
}

static void map_user(const struct box *box)
{
    char map[64];

    snprintf(map, sizeof(map), "%d %d 1", ONLY_UID, ONLY_UID);
    if (access("/proc/self/setgroups", F_OK) == 0)
        write_or_give_up(box, "/proc/self/setgroups", "deny");
    write_or_give_up(box, "/proc/self/uid_map", map);
    write_or_give_up(box, "/proc/self/gid_map", map);
}

/* The kernel's choice of whom to kill when memory runs out has to fall on the run, not on the launcher. The value can
 * never be taken back: the box's /proc is read-only. */
static void offer_to_oom_killer(const struct box *box)
{
    write_or_give_up(box, "/proc/self/oom_score_adj", "1000");
}

static void mount_proc_and_tmp(const struct box *box)
{
    const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY;

    /* Only processes, and of these only one's own: nothing of the host's facts and switches is in this /proc. It also
     * covers the cell's, which the kernel wants to see mounted before it allows another. gVisor's has neither option,
     * and nothing of the host in it. */
    if (mount("proc", "/proc", "proc", flags, "subset=pid,hidepid=invisible") < 0 &&
        (errno != EINVAL || mount("proc", "/proc", "proc", flags, NULL) < 0))
        give_up(box, "/proc");
    if (!mount_own("/tmp", box->fitting.tmp_bytes, "1777"))
        give_up(box, "/tmp");
}

static void take_stdio(const struct box *box)
{
    /* Upwards, in two steps, so that no descriptor is overwritten before it was used. */
    for (int i = 0; i < 3; i++)
        if (dup3(box->stdio[i], 100 + i, O_CLOEXEC) < 0)
            give_up(box, "dup standard streams");
    for (int i = 0; i < 3; i++)
        if (dup2(100 + i, i) < 0)
            give_up(box, "dup standard streams");
}

static void drop_capabilities(const struct box *box)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};

    if (syscall(SYS_capset, &header, none) < 0)
        give_up(box, "drop capabilities");
}

/* The last step: from here on the init itself is behind the filter. */
static void enter_filter(const struct box *box)
{
    int listener;

    if (!install_filter(&listener))
        give_up(box, "seccomp filter");
    if (!send_listener(box->tell, listener))
        give_up(box, "tell of the filter");
    /* The launcher's copy has to be the only one: once it lets go, calls must fail and not wait for an answer. */
    close(listener);
}

static bool set_limit(__rlimit_resource_t resource, uint64_t value)
{
    struct rlimit limit = {value, value};

    return setrlimit(resource, &limit) == 0;
}

/* No core file fits into one byte. Unlike zero, one also keeps the kernel from starting the program that a host may have
 * for taking cores through a pipe: as root, and outside. Where the host allows no cores at all, zero it is. */
static bool forbid_cores(void)
{
    return set_limit(RLIMIT_CORE, 1) || set_limit(RLIMIT_CORE, 0);
}

/* Of the host's kernel, counted for each user. gVisor's does not know these limits (EPERM): there the objects are memory
 * of the cell, like all else. */
static bool limit_kernel_objects(void)
{
    return (set_limit(RLIMIT_MSGQUEUE, 0) && set_limit(RLIMIT_SIGPENDING, 256)) || errno == EPERM;
}

/* Backstops and kernel objects that no control group counts, the same for every run: set while the box waits for it. */
static bool set_common_limits(void)
{
    return forbid_cores() && limit_kernel_objects() && set_limit(RLIMIT_MEMLOCK, 0) && set_limit(RLIMIT_NOFILE, 1024) &&
           set_limit(RLIMIT_FSIZE, 1ull << 30);
}

static void close_between(int first, int last)
{
    if (first <= last)
        syscall(SYS_close_range, first, last, 0);
}

/* Of what was inherited the init needs four descriptors beside the standard streams, and each of them closes at exec. So
 * there is nothing to close when the program starts. */
static void keep_only_needed(const struct box *box)
{
    int needed[] = {box->meter->cpu_fd, box->tell, box->go, box->done}, from = 3;

    for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
        for (size_t j = i; j > 0 && needed[j] < needed[j - 1]; j--) {
            int larger = needed[j - 1];
            needed[j - 1] = needed[j];
            needed[j] = larger;
        }
    for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
        if (needed[i] >= from) {
            close_between(from, needed[i] - 1);
            from = needed[i] + 1;
        }
    close_between(from, (int)LAST_FD);
}

static void set_up(const struct box *box)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        give_up(box, "parent death signal");
    ask_for_short_slices();
    map_user(box);
    /* Not at the clone: gVisor would give the new mounts to the launcher's user namespace. */
    if (unshare(CLONE_NEWNS) < 0)
        give_up(box, "mount namespace");
    offer_to_oom_killer(box);
    /* Unreadable and untraceable for the program, although both are the same user. */
    if (prctl(PR_SET_DUMPABLE, 0) < 0)
        give_up(box, "undumpable");
    mount_proc_and_tmp(box);
    take_stdio(box);
    if (chdir("/work") < 0)
        give_up(box, "chdir /work");
    if (setsid() < 0)
        give_up(box, "setsid");
    umask(022);
    drop_capabilities(box);
    keep_only_needed(box);
    if (!set_common_limits())
        give_up(box, "limits");
    if (!enter_landlock(&box->fitting))
        give_up(box, "landlock");
    enter_filter(box);
}

/* Those of this run. Time and memory themselves are enforced from outside. */
static bool set_limits(const struct run_request *request)
{
    return set_limit(RLIMIT_CPU, request->cpu_ms / 1000 + 2) &&
           /* The stack may be as large as the memory, unless less is asked for: recursion is no error of its own. */
           set_limit(RLIMIT_STACK, request->stack_bytes ? request->stack_bytes : request->memory_bytes) &&
           /* The box's init is one of them. */
           set_limit(RLIMIT_NPROC, request->processes + 1);
}

/* Runs between vfork and exec, in the init's memory: it may only make system calls and leave a note in the ledger. */
static _Noreturn void start_program(const struct box *box)
{
    static const sigset_t no_signals;

    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &no_signals, NULL);
    if (!set_limits(box->request))
        give_up(box, "limits");
    execve(box->request->argv[0], box->request->argv, box->request->envp);
    box->ledger->exec_errno = errno;
    _exit(127);
}

static void note_usage(struct ledger *ledger, const struct rusage *usage)
{
    uint64_t cpu_us = (uint64_t)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000u +
                      (uint64_t)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);

    atomic_fetch_add(&ledger->reaped_cpu_ns, cpu_us * 1000u);
    if ((uint64_t)usage->ru_maxrss * 1024 > ledger->peak_rss_bytes)
        ledger->peak_rss_bytes = (uint64_t)usage->ru_maxrss * 1024;
    ledger->switches += (uint64_t)usage->ru_nivcsw;
    ledger->major_faults += (uint64_t)usage->ru_majflt;
    ledger->minor_faults += (uint64_t)usage->ru_minflt;
}

/* Reaps everything that ends until the program itself has. */
static void await_program(const struct box *box, pid_t program)
{
    struct rusage usage;
    int status;

    for (;;) {
        pid_t ended = wait4(-1, &status, __WALL, &usage);
        if (ended < 0 && errno == EINTR)
            continue;
        if (ended < 0)
            give_up(box, "wait for the program");
        note_usage(box->ledger, &usage);
        if (ended != program)
            continue;
        box->ledger->ended_ns = now_ns();
        box->ledger->status = status;
        return;
    }
}

/* Kills and reaps what the program left behind; kill(-1) is atomic against forks. */
static void end_others(const struct box *box)
{
    struct rusage usage;
    int status;

    /* Whatever the program left are children of ours by now. Usually there are none, and nobody to kill. */
    if (waitid(P_ALL, 0, NULL, WEXITED | WNOHANG | WNOWAIT | __WALL) < 0 && errno == ECHILD)
        return;
    kill(-1, SIGKILL);
    for (;;) {
        pid_t ended = wait4(-1, &status, __WALL, &usage);
        if (ended > 0)
            note_usage(box->ledger, &usage);
        else if (errno != EINTR)
            return;
    }
}

static void await_go(const struct box *box)
{
    uint64_t value;

    while (read(box->go, &value, sizeof(value)) < 0)
        if (errno != EINTR)
            give_up(box, "wait to go");
}

_Noreturn void box_main(const struct box *box)
{
    const uint64_t one = 1;

    set_up(box);
    await_go(box);
    box->ledger->started_ns = now_ns();
    box->ledger->cpu_base_ns = meter_cpu_ns(box->meter);
    pid_t program = vfork();
    if (program == 0)
        start_program(box);
    if (program < 0)
        give_up(box, "vfork");
    /* We keep the streams open, which the program cannot see: their end would only wake the launcher before ours does. But
     * of streams that lead to another program the last one to close is looked for in the box, and not here. */
    if (box->fitting.piped) {
        atomic_store(&box->ledger->is_running, true);
        close(STDIN_FILENO);
        close(STDOUT_FILENO);
    }
    await_program(box, program);
    end_others(box);
    (void)!write(box->done, &one, sizeof(one));
    _exit(0);
}
