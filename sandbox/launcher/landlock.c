/* Landlock (landlock(7)), a third wall around a box's files where the kernel has it: even a mount that went wrong stays
 * unwritable, and neither TCP nor signals nor abstract sockets lead out. */

#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From linux/landlock.h, whose older versions lack the younger half. */
#define GET_VERSION 1u
#define PATH_BENEATH 1
#define EXECUTE (1ull << 0)
#define WRITE_FILE (1ull << 1)
#define READ_FILE (1ull << 2)
#define READ_DIR (1ull << 3)
#define MAKE_CHAR (1ull << 6)
#define MAKE_BLOCK (1ull << 11)
#define REFER (1ull << 13)
#define TRUNCATE (1ull << 14)
#define IOCTL_DEV (1ull << 15)
#define ALL_TCP 3ull
#define ALL_SCOPES 3ull

struct ruleset {
    uint64_t files, network, scoped;
};

struct __attribute__((packed)) path_rule {
    uint64_t allowed;
    int32_t parent;
};

static long version; /* of the kernel's Landlock; below 1: it has none */
static struct ruleset handled;
static size_t handled_size;

bool open_landlock(void)
{
    version = syscall(SYS_landlock_create_ruleset, NULL, 0, GET_VERSION);
    if (version < 1)
        return false;
    handled.files = (1ull << 13) - 1;
    handled.files |= version >= 2 ? REFER : 0;
    handled.files |= version >= 3 ? TRUNCATE : 0;
    handled.files |= version >= 5 ? IOCTL_DEV : 0;
    handled.network = version >= 4 ? ALL_TCP : 0;
    handled.scoped = version >= 6 ? ALL_SCOPES : 0;
    /* A kernel takes no more of the structure than it knows, unless the rest is zero. */
    handled_size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    return true;
}

static bool allow(int ruleset, const char *path, uint64_t allowed)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    struct path_rule rule = {allowed & handled.files, fd};
    bool done = fd >= 0 && syscall(SYS_landlock_add_rule, ruleset, PATH_BENEATH, &rule, 0) == 0;

    close(fd);
    return done;
}

/* FIFOs come from outside of the box's root, and are opened once more as /dev/stdin and /dev/stdout. */
static bool allow_streams(int ruleset)
{
    for (int fd = STDIN_FILENO; fd <= STDOUT_FILENO; fd++) {
        struct path_rule rule = {(READ_FILE | WRITE_FILE) & handled.files, fd};
        if (syscall(SYS_landlock_add_rule, ruleset, PATH_BENEATH, &rule, 0) < 0)
            return false;
    }
    return true;
}

/* Shuts the caller in, with all that it starts; false leaves why in errno. */
bool enter_landlock(const struct fitting *fitting)
{
    const uint64_t reading = EXECUTE | READ_FILE | READ_DIR;
    const uint64_t owning = ~(MAKE_CHAR | MAKE_BLOCK | IOCTL_DEV);

    if (version < 1)
        return true;
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, handled_size, 0);
    bool done = ruleset >= 0 && allow(ruleset, "/", reading) &&
                allow(ruleset, "/dev", reading | WRITE_FILE | TRUNCATE | IOCTL_DEV) && allow(ruleset, "/tmp", owning) &&
                (!fitting->work_writable || allow(ruleset, "/work", owning)) &&
                (!fitting->feedback || allow(ruleset, "/feedback", owning)) &&
                (!fitting->piped || allow_streams(ruleset)) &&
                syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    int error = errno;

    close(ruleset);
    errno = error;
    return done;
}
