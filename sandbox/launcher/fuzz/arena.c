/* A /work and an exchange directory in a folder of their own, and link-time replacements (`ld --wrap`) for the calls
 * with which the launcher makes and opens files there: what would leave the folder is found and does not happen.
 *
 * In the launcher /work is a mount of its own that follows no links. Here nothing but the launcher's own care keeps it
 * from leaving. */

#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_mkdirat(int folder, const char *name, mode_t mode);
int __wrap_mkdirat(int folder, const char *name, mode_t mode);
int __wrap_openat(int folder, const char *name, int flags, ...);

int exchange, work;
char work_path[300];
static char arena[256];

int open_strictly(int folder, const char *name, int flags, mode_t mode)
{
    struct open_how how = {
        .flags = (uint64_t)(unsigned)flags,
        .mode = mode,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    };

    return (int)syscall(SYS_openat2, folder, name, &how, sizeof(how));
}

/* The launcher's two absolute paths lead into the arena; everybody else's (libFuzzer's) where they lead. */
int __wrap_open(const char *path, int flags, ...)
{
    va_list rest;

    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    bool is_ours = strcmp(path, "/work") == 0 || strcmp(path, "/feedback") == 0;
    return __real_open(is_ours ? work_path : path, flags, mode);
}

int __wrap_openat(int folder, const char *name, int flags, ...)
{
    va_list rest;

    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    int fd = open_strictly(folder, name, flags, mode);
    CHECK(fd >= 0 || (errno != EXDEV && errno != ELOOP));
    return fd;
}

int __wrap_mkdirat(int folder, const char *name, mode_t mode)
{
    char parent[2048];
    const char *slash = strrchr(name, '/');

    CHECK(strlen(name) < sizeof(parent));
    snprintf(parent, sizeof(parent), "%.*s", slash ? (int)(slash - name) : 1, slash ? name : ".");
    int fd = open_strictly(folder, parent, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    CHECK(fd >= 0 || (errno != EXDEV && errno != ELOOP));
    if (fd >= 0)
        close(fd);
    return __real_mkdirat(folder, name, mode);
}

static int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *where)
{
    (void)stat;
    if (where->level > 0 || strcmp(path, work_path) != 0)
        CHECK((kind == FTW_DP ? rmdir(path) : unlink(path)) == 0);
    return 0;
}

static bool was_shut;

/* Comes before what is in the folder, unless that cannot be seen yet. */
static int unlock_one(const char *path, const struct stat *stat, int kind, struct FTW *where)
{
    (void)stat;
    (void)where;
    was_shut |= kind == FTW_DNR;
    if (kind == FTW_DNR || kind == FTW_D)
        CHECK(chmod(path, 0700) == 0);
    return 0;
}

void empty_work(void)
{
    do {
        was_shut = false;
        CHECK(nftw(work_path, unlock_one, 64, FTW_PHYS) == 0);
    } while (was_shut);
    CHECK(nftw(work_path, remove_one, 64, FTW_PHYS | FTW_DEPTH) == 0);
}

static void remove_arena(void)
{
    empty_work();
    nftw(arena, remove_one, 64, FTW_PHYS | FTW_DEPTH);
}

static int make_folder(const char *path)
{
    CHECK(mkdir(path, 0755) == 0);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CHECK(fd >= 0);
    return fd;
}

void make_arena(void)
{
    char path[300];
    const char *parent = getenv("TMPDIR");

    if (geteuid() == 0)
        die("refusing to fuzz as root: what the launcher lets pass here happens");
    CHECK(snprintf(arena, sizeof(arena), "%s/judge-fuzz-XXXXXX", parent ? parent : "/tmp") < (int)sizeof(arena));
    CHECK(mkdtemp(arena));
    snprintf(path, sizeof(path), "%s/exchange", arena);
    exchange = make_folder(path);
    snprintf(work_path, sizeof(work_path), "%s/work", arena);
    work = make_folder(work_path);
    atexit(remove_arena);
}

/* The launcher's would mount a fresh one. */
void renew_work(void)
{
    empty_work();
}

uint8_t *read_back(const char *name, size_t *size)
{
    struct stat stat;
    int fd = open_strictly(exchange, name, O_RDONLY | O_CLOEXEC, 0);

    CHECK(fd >= 0 && fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode));
    *size = (size_t)stat.st_size;
    uint8_t *content = malloc(*size + 1);
    CHECK(content && read(fd, content, *size + 1) == (ssize_t)*size);
    close(fd);
    return content;
}

static uint64_t big_endian(const uint8_t *at, int size)
{
    return size == 0 ? 0 : big_endian(at, size - 1) << 8 | at[size - 1];
}

bool next_entry(const uint8_t *bundle, size_t size, size_t *at, struct entry *entry)
{
    if (size - *at < 16)
        return false;
    uint64_t name_size = big_endian(bundle + *at, 4), content_size = big_endian(bundle + *at + 8, 8);
    size_t left = size - *at - 16;
    if (name_size > left || content_size > left - name_size)
        return false;
    const uint8_t *name = bundle + *at + 16;
    *entry = (struct entry){name, name + name_size, (size_t)name_size, (size_t)content_size,
                            (big_endian(bundle + *at + 4, 4) & 0100) != 0};
    *at += 16 + entry->name_size + entry->size;
    return true;
}

void check_entry(const struct entry *entry)
{
    char name[1025];
    struct stat stat;

    CHECK(entry->name_size >= 1 && entry->name_size <= 1024 && !memchr(entry->name, 0, entry->name_size));
    memcpy(name, entry->name, entry->name_size);
    name[entry->name_size] = 0;
    int fd = open_strictly(work, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC, 0);
    CHECK(fd >= 0 && fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode));
    CHECK((size_t)stat.st_size == entry->size && ((stat.st_mode & 0100) != 0) == entry->is_executable);
    uint8_t *content = malloc(entry->size + 1);
    CHECK(content && read(fd, content, entry->size + 1) == (ssize_t)entry->size);
    CHECK(memcmp(content, entry->content, entry->size) == 0);
    free(content);
    close(fd);
}
