/* Any tree into pack_work(), pack_feedback() and put_feedback_files(): of what a program can leave, regular files come
 * out and nothing through a link; the rest is passed over, and none of it blocks.
 *
 * The input is a little script: one byte says what is made, one under which name, one how large or where it leads. */

#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);

#define MOST_BYTES 300000
#define DEEPEST 20

/* Beside /work, where the links lead. */
static const char secret[] = "nobody in a box may read this";
static const char *const targets[] = {
    "../exchange/secret", "../exchange", "/", "/etc/passwd", "..", ".", "a", "b", "/proc/self/root", "/dev/zero",
};
static char long_name[256];
static const char *const names[] = {
    "a", "b", "c", "-rf", "two\nlines", "\xff\xfe", "...", " ", "feedback.txt", "a.out", long_name,
};
static uint8_t report[4u << 20];
static size_t report_size;

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    (void)count;
    (void)arguments;
    make_arena();
    memset(long_name, 'n', sizeof(long_name) - 1);
    int fd = open_strictly(exchange, "secret", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    CHECK(fd >= 0 && write(fd, secret, sizeof(secret)) == sizeof(secret));
    close(fd);
    return 0;
}

/* Standard output is where the report goes. */
ssize_t __wrap_write(int fd, const void *data, size_t size)
{
    if (fd != STDOUT_FILENO)
        return __real_write(fd, data, size);
    CHECK(size <= sizeof(report) - report_size);
    memcpy(report + report_size, data, size);
    report_size += size;
    return (ssize_t)size;
}

static void make_file(int folder, const char *name, uint8_t amount)
{
    char content[256];
    int fd = open_strictly(folder, name, O_WRONLY | O_CREAT | O_NONBLOCK, amount & 1 ? 0755 : 0644);

    if (fd < 0)
        return;
    memset(content, amount, sizeof(content));
    (void)!write(fd, content, amount);
    /* A hole that is larger than feedback may be, or even than all files together. */
    if (amount >= 0xf8)
        (void)!ftruncate(fd, (off_t)(amount & 7) * 50000);
    close(fd);
}

static void make(int folder, uint8_t what, const char *name, uint8_t amount)
{
    const char *other = names[amount % (sizeof(names) / sizeof(*names))];

    switch (what) {
    case 0: make_file(folder, name, amount); break;
    case 1: (void)!mkdirat(folder, name, 0755); break;
    case 2: (void)!symlinkat(targets[amount % (sizeof(targets) / sizeof(*targets))], folder, name); break;
    case 3: (void)!mkfifoat(folder, name, 0644); break;
    case 4: (void)!mknodat(folder, name, S_IFSOCK | 0644, 0); break;
    case 5: (void)!linkat(folder, other, folder, name, 0); break;
    case 6: (void)!renameat(folder, other, folder, name); break;
    case 7: (void)!fchmodat(folder, name, amount & 1 ? 0 : 0400, AT_SYMLINK_NOFOLLOW); break;
    default: break;
    }
}

/* A name deeper at most so often, which keeps paths short enough for those who walk them by name. */
static int enter(int folder, const char *name, int *depth)
{
    if (*depth == DEEPEST || (name == long_name && *depth > 3) || mkdirat(folder, name, 0755) < 0)
        return folder;
    int next = open_strictly(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    CHECK(next >= 0);
    close(folder);
    (*depth)++;
    return next;
}

static void make_tree(const uint8_t *script, size_t size)
{
    int folder = open_strictly(work, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0), depth = 0;

    CHECK(folder >= 0);
    for (; size >= 3; script += 3, size -= 3) {
        const char *name = names[script[1] % (sizeof(names) / sizeof(*names))];
        if (script[0] % 9 == 8)
            folder = enter(folder, name, &depth);
        else
            make(folder, script[0] % 9, name, script[2]);
    }
    close(folder);
}

/* What a plain walk finds that follows no link. */
static struct {
    size_t files, bytes, longest_name;
    int deepest;
} found;

static int count_one(const char *path, const struct stat *stat, int kind, struct FTW *where)
{
    size_t name_size = where->level > 0 ? strlen(path) - strlen(work_path) - 1 : 0;

    if (name_size > found.longest_name)
        found.longest_name = name_size;
    if (kind == FTW_D && where->level > found.deepest)
        found.deepest = where->level;
    if (kind == FTW_F && S_ISREG(stat->st_mode) && access(path, R_OK) == 0) {
        found.files++;
        found.bytes += (size_t)stat->st_size;
    }
    return 0;
}

static void survey(void)
{
    memset(&found, 0, sizeof(found));
    CHECK(nftw(work_path, count_one, 64, FTW_PHYS) == 0);
}

static void check_saved(const char *name)
{
    struct entry entry;
    size_t size, at = 0, files = 0;
    uint8_t *saved = read_back(name, &size);

    for (; next_entry(saved, size, &at, &entry); files++)
        check_entry(&entry);
    CHECK(at == size && files == found.files);
    CHECK(!memmem(saved, size, secret, sizeof(secret) - 1));
    free(saved);
}

static void check_pack(void)
{
    bool is_shallow = found.deepest < 16 && found.longest_name < 1024;
    bool is_small = is_shallow && found.bytes <= MOST_BYTES;
    uint64_t kept;

    CHECK(pack_work(exchange, "saved", MOST_BYTES) == is_small);
    if (is_small)
        check_saved("saved");
    /* No tree is as large as feedback may be. */
    CHECK(pack_feedback(exchange, "kept", &kept) == is_shallow);
    if (!is_shallow)
        return;
    CHECK(kept == found.bytes);
    check_saved("kept");
}

/* The report's fields come in pairs, each the beginning of a regular file that was asked for. */
static void check_feedback(void)
{
    static char *const asked[] = {"a", "b", "feedback.txt", "...", "missing", NULL};

    report_size = 0;
    begin_message(REPORT);
    put_feedback_files(asked);
    send_message();
    CHECK(!memmem(report, report_size, secret, sizeof(secret) - 1));
    for (size_t at = 5; at < report_size;) {
        struct stat stat;
        char name[64];
        size_t name_size = report[at + 4];
        CHECK(report[at] == F_FILE_NAME && name_size < sizeof(name));
        snprintf(name, sizeof(name), "%.*s", (int)name_size, (const char *)report + at + 5);
        at += 5 + name_size;
        CHECK(fstatat(work, name, &stat, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(stat.st_mode));
        size_t size = (size_t)report[at + 2] << 16 | (size_t)report[at + 3] << 8 | report[at + 4];
        CHECK(report[at] == F_FILE_DATA && size == ((size_t)stat.st_size < 131072 ? (size_t)stat.st_size : 131072));
        at += 5 + size;
        CHECK(at <= report_size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    empty_work();
    make_tree(data, size);
    survey();
    check_pack();
    check_feedback();
    return 0;
}
