/* Several files in one, in and out of /work and /feedback.
 *
 * A bundle is a sequence of: name length, mode (4 bytes each), size (8 bytes), name, content; all big-endian. Names
 * are relative paths whose folders are made as needed. Of the mode only "executable" is kept.
 *
 * What a program left is hostile: links and special files are passed over, and nothing is ever opened through one. */

#include "launcher.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAME_BYTES 1024
#define DEPTH 16
#define FILES 8192
#define FEEDBACK_TREE_FILES 1000
#define FEEDBACK_BYTES (128u << 10)

static char copy_buffer[256 << 10];

/* `name` is one component. gVisor's kernel does not know openat2; for one component that is no link the older call does
 * the same, since nothing is ever mounted below /work, /feedback or the exchange directory. */
static int open_beneath(int directory, const char *name, uint64_t flags)
{
    struct open_how how = {
        .flags = flags | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    };

    int fd = (int)syscall(SYS_openat2, directory, name, &how, sizeof(how));
    if (fd < 0 && errno == ENOSYS)
        fd = openat(directory, name, (int)(flags | O_NOFOLLOW | O_CLOEXEC));
    return fd;
}

/* A regular file or nothing: a FIFO would block, a device would do worse. */
static int open_regular(int directory, const char *name, struct stat *stat)
{
    int fd = open_beneath(directory, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);

    if (fd < 0)
        return -1;
    if (fstat(fd, stat) < 0 || !S_ISREG(stat->st_mode)) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool copy(int from, int to, uint64_t size)
{
    while (size > 0) {
        size_t chunk = size < sizeof(copy_buffer) ? (size_t)size : sizeof(copy_buffer);
        ssize_t got = read(from, copy_buffer, chunk);
        if (got <= 0)
            return false;
        for (ssize_t done = 0; done < got;) {
            ssize_t put = write(to, copy_buffer + done, (size_t)(got - done));
            if (put < 0)
                return false;
            done += put;
        }
        size -= (uint64_t)got;
    }
    return true;
}

static uint64_t load_number(const uint8_t *at, int size)
{
    uint64_t value = 0;

    for (int i = 0; i < size; i++)
        value = value << 8 | at[i];
    return value;
}

static void store_number(uint8_t *at, int size, uint64_t value)
{
    for (int i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
}

static bool is_safe_name(const char *name)
{
    for (const char *part = name;; part++) {
        size_t length = strcspn(part, "/");
        if (length == 0 || (length <= 2 && strspn(part, ".") >= length))
            return false;
        part += length;
        if (!*part)
            return true;
    }
}

static bool make_folders(int work, char *name)
{
    for (char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        bool made = mkdirat(work, name, 0755) == 0 || errno == EEXIST;
        *slash = '/';
        if (!made)
            return false;
    }
    return true;
}

static bool unpack_file(int bundle, int work, const uint8_t header[16])
{
    char name[NAME_BYTES + 1];
    size_t name_size = (size_t)load_number(header, 4);
    mode_t mode = load_number(header + 4, 4) & 0100 ? 0755 : 0644;

    if (name_size == 0 || name_size > NAME_BYTES || read(bundle, name, name_size) != (ssize_t)name_size)
        return false;
    name[name_size] = 0;
    if (strlen(name) != name_size || !is_safe_name(name) || !make_folders(work, name))
        return false;
    int file = openat(work, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (file < 0)
        return false;
    bool copied = copy(bundle, file, load_number(header + 8, 8));
    close(file);
    return copied;
}

/* Closes the bundle; false if it is damaged or too large. */
static bool unpack_into(const char *path, int bundle)
{
    uint8_t header[16];
    ssize_t got;
    bool unpacked = true;
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    while (unpacked && (got = read(bundle, header, sizeof(header))) != 0)
        unpacked = got == sizeof(header) && unpack_file(bundle, folder, header);
    close(folder);
    close(bundle);
    return unpacked;
}

/* Unpacks into a fresh /work. */
bool unpack_bundle(int directory, const char *name)
{
    struct stat stat;
    int bundle = open_regular(directory, name, &stat);

    if (bundle < 0)
        return false;
    renew_work();
    return unpack_into("/work", bundle);
}

/* Unpacks into the empty /feedback of a run that is about to begin. */
bool unpack_feedback(int directory, const char *name)
{
    struct stat stat;
    int bundle = open_regular(directory, name, &stat);

    return bundle >= 0 && unpack_into("/feedback", bundle);
}

struct packing {
    int out;
    uint64_t bytes_left;
    unsigned files_left;
};

static bool pack_file(struct packing *packing, int file, const struct stat *stat, const char *name)
{
    uint8_t header[16];
    size_t name_size = strlen(name);

    if (packing->files_left == 0 || (uint64_t)stat->st_size > packing->bytes_left)
        return false;
    packing->files_left--;
    packing->bytes_left -= (uint64_t)stat->st_size;
    store_number(header, 4, name_size);
    store_number(header + 4, 4, stat->st_mode & 0100 ? 0755 : 0644);
    store_number(header + 8, 8, (uint64_t)stat->st_size);
    /* That the host's disk is full is not the program's fault. */
    if (write(packing->out, header, sizeof(header)) != sizeof(header) ||
        write(packing->out, name, name_size) != (ssize_t)name_size ||
        !copy(file, packing->out, (uint64_t)stat->st_size))
        die("write a bundle: %s", strerror(errno));
    return true;
}

static bool pack_folder(struct packing *packing, int folder, const char *prefix, int depth);

static bool pack_entry(struct packing *packing, int folder, const char *prefix, const char *entry, int depth)
{
    char name[NAME_BYTES + 1];
    struct stat stat;
    bool packed = true;

    if (snprintf(name, sizeof(name), "%s%s", prefix, entry) >= NAME_BYTES)
        return false;
    int fd = open_beneath(folder, entry, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0)
        return true; /* a link, or a file without permission: not part of a program */
    if (fstat(fd, &stat) < 0)
        packed = false;
    else if (S_ISREG(stat.st_mode))
        packed = pack_file(packing, fd, &stat, name);
    else if (S_ISDIR(stat.st_mode)) {
        strcat(name, "/");
        return pack_folder(packing, fd, name, depth + 1); /* closes fd */
    }
    close(fd);
    return packed;
}

static bool pack_folder(struct packing *packing, int folder, const char *prefix, int depth)
{
    bool packed = depth < DEPTH;
    DIR *stream = fdopendir(folder);

    if (!stream) {
        close(folder);
        return false;
    }
    for (struct dirent *entry; packed && (entry = readdir(stream));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            packed = pack_entry(packing, folder, prefix, entry->d_name, depth);
    closedir(stream);
    return packed;
}

static bool pack_tree(const char *path, int directory, const char *name, struct packing *packing)
{
    packing->out = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (packing->out < 0)
        die("create a bundle: %s", strerror(errno));
    bool packed = pack_folder(packing, open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "", 0);
    close(packing->out);
    return packed;
}

/* Packs all regular files of /work; false if they are more, larger or deeper than a program is. */
bool pack_work(int directory, const char *name, uint64_t max_bytes)
{
    struct packing packing = {.bytes_left = max_bytes, .files_left = FILES};

    return pack_tree("/work", directory, name, &packing);
}

/* Packs all regular files of /feedback, and says how large they are; false if they are more, larger or deeper than
 * feedback is. */
bool pack_feedback(int directory, const char *name, uint64_t *bytes)
{
    struct packing packing = {.bytes_left = FEEDBACK_TMPFS_BYTES, .files_left = FEEDBACK_TREE_FILES};
    bool packed = pack_tree("/feedback", directory, name, &packing);

    *bytes = FEEDBACK_TMPFS_BYTES - packing.bytes_left;
    return packed;
}

static void put_feedback_file(int folder, const char *name)
{
    static char content[FEEDBACK_BYTES];
    struct stat stat;
    int fd = open_regular(folder, name, &stat);

    if (fd < 0)
        return;
    ssize_t size = read(fd, content, sizeof(content));
    close(fd);
    if (size < 0)
        return;
    put_bytes(F_FILE_NAME, name, strlen(name));
    put_bytes(F_FILE_DATA, content, (size_t)size);
}

/* Adds to the report those of the files asked for that the run left in /feedback, each cut to a size. */
void put_feedback_files(char *const names[])
{
    int folder = open("/feedback", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (folder < 0)
        die("open /feedback: %s", strerror(errno));
    for (; *names; names++)
        put_feedback_file(folder, *names);
    close(folder);
}
