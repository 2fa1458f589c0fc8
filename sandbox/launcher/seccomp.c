/* The box's system-call filter: what is not listed does not exist (ENOSYS), so that a libc probing for something new
 * falls back; what is well known and refused says EPERM, so that a program can tell.
 *
 * Compiled once for each cell and installed as ready-made BPF in every box. */

#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* From syscalls.list, where each group has its reason. */
static const int allowed[] = {
#define ALLOW(name) SCMP_SYS(name),
#define REFUSE(name)
#include "syscalls.h"
#undef ALLOW
#undef REFUSE
};

static const int refused[] = {
#define ALLOW(name)
#define REFUSE(name) SCMP_SYS(name),
#include "syscalls.h"
};

static struct sock_filter *instructions;
static unsigned short instruction_count;

static void add(int result)
{
    if (result < 0)
        die("seccomp rule: %s", strerror(-result));
}

static void add_lists(scmp_filter_ctx filter)
{
    for (size_t i = 0; i < COUNT(allowed); i++)
        add(seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0));
    for (size_t i = 0; i < COUNT(refused); i++)
        add(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0));
}

/* Calls that are fine or not according to a number passed in a register; nothing behind a pointer is ever judged,
 * since another thread could change it meanwhile. */
static void add_conditions(scmp_filter_ctx filter)
{
    const uint64_t namespaces = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS |
                                CLONE_NEWNET | CLONE_NEWCGROUP;
    static const int safe_prctls[] = {
        PR_SET_PDEATHSIG, PR_GET_PDEATHSIG, PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_SET_DUMPABLE,
        PR_SET_CHILD_SUBREAPER, PR_GET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS, PR_SET_TIMERSLACK,
        PR_GET_TIMERSLACK, PR_SET_THP_DISABLE, PR_GET_THP_DISABLE, PR_CAPBSET_READ, PR_GET_SECCOMP, PR_SET_VMA,
        PR_GET_SPECULATION_CTRL, PR_SET_PTRACER,
    };

    /* clone3 is in no list, hence ENOSYS: it hides its flags behind a pointer, and libc then falls back to clone. */
    add(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, namespaces, 0)));
    add(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX)));
    add(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_NE, AF_UNIX)));
    add(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socketpair), 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX)));
    /* Asking for the current personality, or for the ordinary one. */
    add(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(personality), 1, SCMP_A0(SCMP_CMP_EQ, 0)));
    add(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(personality), 1, SCMP_A0(SCMP_CMP_EQ, 0xffffffff)));
    for (size_t i = 0; i < COUNT(safe_prctls); i++)
        add(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
                             SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)safe_prctls[i])));
    /* Terminals: TIOCSTI types into them, TIOCLINUX pastes. There is none in a box, and there shall be none. */
    static const unsigned long safe_ioctls[] = {TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX, FIONCLEX};
    for (size_t i = 0; i < COUNT(safe_ioctls); i++)
        add(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                             SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, safe_ioctls[i])));
}

static void export_filter(scmp_filter_ctx filter)
{
    int fd = memfd_create("filter", MFD_CLOEXEC);

    if (fd < 0 || seccomp_export_bpf(filter, fd) < 0)
        die("compile the seccomp filter");
    off_t size = lseek(fd, 0, SEEK_END);
    instructions = malloc((size_t)size);
    if (!instructions || pread(fd, instructions, (size_t)size, 0) != size)
        die("read the seccomp filter");
    close(fd);
    instruction_count = (unsigned short)((size_t)size / sizeof(*instructions));
}

void compile_filter(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));

    if (!filter)
        die("make a seccomp filter");
    /* 32-bit and x32 entry points number their calls differently and are not looked at any further. */
    add(seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)));
    /* A binary search instead of a list walk: about 8 comparisons for each call. */
    add(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2));
    add_lists(filter);
    add_conditions(filter);
    export_filter(filter);
    seccomp_release(filter);
}

/* Called between vfork and exec: system calls only. */
bool install_filter(void)
{
    struct sock_fprog program = {instruction_count, instructions};

    /* Without SPEC_ALLOW kernels before 5.16 switch speculation off for filtered programs: up to 2 x slower. */
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) == 0;
}
