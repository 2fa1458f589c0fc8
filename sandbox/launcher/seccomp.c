/* The box's system-call filter, as classic BPF (Linux Documentation/userspace-api/seccomp_filter.rst).
 *
 * What is not listed in syscalls.list does not exist (ENOSYS); what is well known and refused says EPERM. Calls that no
 * honest program makes are handed to the launcher (run.c), which answers EPERM too and reports them: evidence, where the
 * kernel has user notification; without it they are refused silently.
 *
 * The program is a binary search over ranges of numbers with the same answer, compiled once for each cell and installed
 * as it is in every box. Kernels since 5.11 look most answers up in a bitmap and never come here for them. */

#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define NUMBERS 1024         /* no architecture has as many system calls */
#define MOST_INSTRUCTIONS 2048

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#else
#error "no system-call numbers for this architecture"
#endif


/* What a call is answered. From BY_CLONE on, that depends on a number passed in a register; nothing behind a pointer is
 * ever judged, since another thread could change it meanwhile. */
enum answer { UNKNOWN, FINE, REFUSED_EPERM, ALARM, BY_CLONE, BY_SOCKET, BY_SOCKETPAIR, BY_PERSONALITY, BY_PRCTL, BY_IOCTL,
              BY_FCNTL, BY_MMAP, BY_MEMFD, BY_SETSOCKOPT };

static struct sock_filter program[MOST_INSTRUCTIONS];
static unsigned short size;
static bool reports;

/*** The table, from syscalls.list, where each group has its reason ***/

#define ALLOW(name) [__NR_##name] = FINE,
#define REFUSE(name) [__NR_##name] = REFUSED_EPERM,
#define ALARM(name) [__NR_##name] = ALARM,
/* The last of two entries counts, so that conditions overrule the list. */
static const enum answer listed[NUMBERS] = {
#include "syscalls.h"
    /* clone3 is in no list, hence ENOSYS: it hides its flags behind a pointer, and libc then falls back to clone. */
    [__NR_clone] = BY_CLONE,
    [__NR_socket] = BY_SOCKET,
    [__NR_socketpair] = BY_SOCKETPAIR,
    [__NR_personality] = BY_PERSONALITY,
    [__NR_prctl] = BY_PRCTL,
    [__NR_ioctl] = BY_IOCTL,
    [__NR_fcntl] = BY_FCNTL,
    [__NR_mmap] = BY_MMAP,
    [__NR_memfd_create] = BY_MEMFD,
    [__NR_setsockopt] = BY_SETSOCKOPT,
};
#undef ALLOW
#undef REFUSE
#undef ALARM

#define ALLOW(name)
#define REFUSE(name)
#define ALARM(name) [__NR_##name] = #name,
static const char *const alarming[NUMBERS] = {
#include "syscalls.h"
    [__NR_clone] = "clone of a namespace",
    [__NR_socket] = "socket",
    [__NR_ioctl] = "ioctl typing into a terminal",
};

const char *call_name(int number)
{
    const char *name = number >= 0 && number < NUMBERS ? alarming[number] : NULL;

    return name ? name : "unknown";
}

/*** Putting the program together ***/

static void emit(unsigned code, uint32_t operand, unsigned if_true, unsigned if_false)
{
    if (size == MOST_INSTRUCTIONS)
        die("the seccomp filter outgrew its buffer");
    program[size++] = (struct sock_filter){(unsigned short)code, (unsigned char)if_true, (unsigned char)if_false, operand};
}

static void emit_answer(uint32_t action)
{
    emit(BPF_RET | BPF_K, action, 0, 0);
}

static void emit_error(int number)
{
    emit_answer(SECCOMP_RET_ERRNO | (uint32_t)number);
}

static void emit_alarm(int number)
{
    if (reports)
        emit_answer(SECCOMP_RET_USER_NOTIF);
    else
        emit_error(number);
}

/* The lower half of an argument, which is all that the kernel itself looks at in the calls judged here. */
static void emit_load_argument(unsigned index)
{
    emit(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offsetof(struct seccomp_data, args) + 8 * index), 0, 0);
}

/* Allows the call if the loaded number is one of these. */
static void emit_allow_each(const uint32_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        emit(BPF_JMP | BPF_JEQ | BPF_K, values[i], 0, 1);
        emit_answer(SECCOMP_RET_ALLOW);
    }
}

static void emit_clone(void)
{
    emit_load_argument(0);
    emit(BPF_JMP | BPF_JSET | BPF_K, CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS |
         CLONE_NEWNET | CLONE_NEWCGROUP, 1, 0);
    emit_answer(SECCOMP_RET_ALLOW);
    emit_alarm(EPERM);
}

/* Virtual machines look at their start whether there is a network, in all innocence: that is no evidence. */
static void emit_socket(void)
{
    static const uint32_t families[] = {AF_UNIX}, usual[] = {AF_INET, AF_INET6, AF_NETLINK};

    emit_load_argument(0);
    emit_allow_each(families, COUNT(families));
    for (size_t i = 0; i < COUNT(usual); i++) {
        emit(BPF_JMP | BPF_JEQ | BPF_K, usual[i], 0, 1);
        emit_error(EAFNOSUPPORT);
    }
    emit_alarm(EAFNOSUPPORT);
}

static void emit_socketpair(void)
{
    static const uint32_t families[] = {AF_UNIX};

    emit_load_argument(0);
    emit_allow_each(families, COUNT(families));
    emit_error(EAFNOSUPPORT);
}

/* Asking for the current personality, or for the ordinary one. */
static void emit_personality(void)
{
    static const uint32_t ordinary[] = {0, 0xffffffff};

    emit_load_argument(0);
    emit_allow_each(ordinary, COUNT(ordinary));
    emit_error(EPERM);
}

static void emit_prctl(void)
{
    static const uint32_t safe[] = {
        PR_SET_PDEATHSIG, PR_GET_PDEATHSIG, PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_SET_DUMPABLE,
        PR_SET_CHILD_SUBREAPER, PR_GET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS, PR_SET_TIMERSLACK,
        PR_GET_TIMERSLACK, PR_SET_THP_DISABLE, PR_GET_THP_DISABLE, PR_CAPBSET_READ, PR_GET_SECCOMP, PR_SET_VMA,
        PR_GET_SPECULATION_CTRL, PR_SET_PTRACER,
    };

    emit_load_argument(0);
    emit_allow_each(safe, COUNT(safe));
    emit_error(EPERM);
}

/* Terminals: TIOCSTI types into them, TIOCLINUX pastes. There is none in a box, and there shall be none. */
static void emit_ioctl(void)
{
    static const uint32_t safe[] = {TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX, FIONCLEX};
    static const uint32_t typing[] = {TIOCSTI, TIOCLINUX};

    emit_load_argument(1);
    emit_allow_each(safe, COUNT(safe));
    for (size_t i = 0; i < COUNT(typing); i++) {
        emit(BPF_JMP | BPF_JEQ | BPF_K, typing[i], 0, 1);
        emit_alarm(EPERM);
    }
    emit_error(ENOTTY);
}

/* Everything but locks, leases and notices of changes, which pass bits between those who share a file. */
static void emit_fcntl(void)
{
    static const uint32_t safe[] = {
        F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETOWN, F_SETOWN, F_GETSIG, F_SETSIG,
        F_GETOWN_EX, F_SETOWN_EX, F_SETPIPE_SZ, F_GETPIPE_SZ, F_ADD_SEALS, F_GET_SEALS,
    };

    emit_load_argument(1);
    emit_allow_each(safe, COUNT(safe));
    emit_error(EPERM);
}

/* Huge pages that a host has put aside are no memory by the count of a control group (cgroup-v2.rst): who may have them
 * has no limit. */
static void emit_refuse_huge(unsigned index, uint32_t flag)
{
    emit_load_argument(index);
    emit(BPF_JMP | BPF_JSET | BPF_K, flag, 1, 0);
    emit_answer(SECCOMP_RET_ALLOW);
    emit_error(EPERM);
}

/* A socket's filter is compiled into memory of the kernel that is no run's, that all of the host shares, and without
 * which no other box could have its own filter. */
static void emit_setsockopt(void)
{
    static const uint32_t filters[] = {SO_ATTACH_FILTER, SO_ATTACH_BPF, SO_ATTACH_REUSEPORT_CBPF,
                                       SO_ATTACH_REUSEPORT_EBPF};

    emit_load_argument(2);
    for (size_t i = 0; i < COUNT(filters); i++) {
        emit(BPF_JMP | BPF_JEQ | BPF_K, filters[i], 0, 1);
        emit_error(EPERM);
    }
    emit_answer(SECCOMP_RET_ALLOW);
}

static void emit_for(enum answer answer)
{
    switch (answer) {
    case FINE: emit_answer(SECCOMP_RET_ALLOW); break;
    case REFUSED_EPERM: emit_error(EPERM); break;
    case ALARM: emit_alarm(EPERM); break;
    case BY_CLONE: emit_clone(); break;
    case BY_SOCKET: emit_socket(); break;
    case BY_SOCKETPAIR: emit_socketpair(); break;
    case BY_PERSONALITY: emit_personality(); break;
    case BY_PRCTL: emit_prctl(); break;
    case BY_IOCTL: emit_ioctl(); break;
    case BY_FCNTL: emit_fcntl(); break;
    case BY_MMAP: emit_refuse_huge(3, MAP_HUGETLB); break;
    case BY_MEMFD: emit_refuse_huge(1, MFD_HUGETLB); break;
    case BY_SETSOCKOPT: emit_setsockopt(); break;
    default: emit_error(ENOSYS);
    }
}

/* Numbers from `first` up to the next range's have the same answer. */
struct range {
    uint32_t first;
    enum answer answer;
};

/* A jump of BPF's conditional kind spans 255 instructions at most, hence the second one over the left half. */
static void emit_search(const struct range *ranges, size_t count)
{
    size_t half = count / 2;

    if (count == 1) {
        emit_for(ranges->answer);
        return;
    }
    emit(BPF_JMP | BPF_JGE | BPF_K, ranges[half].first, 0, 1);
    unsigned short over = size;
    emit(BPF_JMP | BPF_JA, 0, 0, 0);
    emit_search(ranges, half);
    program[over].k = (uint32_t)(size - over - 1);
    emit_search(ranges + half, count - half);
}

static bool kernel_can_report(void)
{
    uint32_t action = SECCOMP_RET_USER_NOTIF;

    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

bool compile_filter(void)
{
    static struct range ranges[NUMBERS + 1];
    size_t count = 0;

    reports = kernel_can_report();
    for (uint32_t number = 0; number < NUMBERS; number++)
        if (count == 0 || ranges[count - 1].answer != listed[number])
            ranges[count++] = (struct range){number, listed[number]};
    /* The table ends here; numbers above do not exist, those of x32 among them. */
    if (ranges[count - 1].answer != UNKNOWN)
        ranges[count++] = (struct range){NUMBERS, UNKNOWN};

    size = 0;
    /* 32-bit entry points number their calls differently and are not looked at any further. */
    emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
    emit(BPF_JMP | BPF_JEQ | BPF_K, NATIVE, 1, 0);
    emit_error(ENOSYS);
    emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
    emit_search(ranges, count);
    return reports;
}

/* System calls only. On success `listener` is where the kernel tells of calls that raise the alarm, or -1. */
bool install_filter(int *listener)
{
    struct sock_fprog filter = {size, program};
    /* Without SPEC_ALLOW kernels before 5.16 switch speculation off for filtered programs: up to 2 x slower. */
    unsigned flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW | (reports ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0);
    long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);

    /* gVisor's kernel knows neither flag. */
    if (result < 0 && errno == EINVAL && !reports)
        result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter);

    *listener = reports ? (int)result : -1;
    return result >= 0;
}
