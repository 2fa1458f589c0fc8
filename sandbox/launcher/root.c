/* The launcher's own namespaces, and the root file system that every box inherits a copy of.
 *
 * Built once for each cell, so that a run has only its own /proc and /tmp left to mount:
 *
 *   /usr /etc /lib …   bound from the image (or the host, at level `local`), read-only
 *   /dev               null, zero, full, random, urandom and nothing else
 *   /work              a tmpfs of ours: what LOAD unpacked; writable only while compiling
 *   /data              the exchange's `in`, read-only; only in the judge's cell
 *   /feedback          a fresh tmpfs where a run asks for one
 *   /proc              the cell's, for the launcher; each box mounts its own over it
 *   /tmp               an empty folder; each box mounts its own over it
 *
 * The old root is let go of: what is not in this list cannot be named from a box. */

#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NEW_ROOT "/tmp" /* any folder that every image has; only covered, never written to */
#define HARMLESS (MS_NOSUID | MS_NODEV)

void mount_or_die(const char *source, const char *target, const char *type, unsigned long flags, const char *data)
{
    if (mount(source, target, type, flags, data) < 0)
        die("mount %s on %s: %s", source ? source : type ? type : "(flags)", target, strerror(errno));
}

/* What kernels other than Linux itself, such as gVisor's, may lack. */
static unsigned long own_flags = HARMLESS;
static const char *inodes = "";

static void try_mounts(void)
{
    if (mount("try", NEW_ROOT, "tmpfs", HARMLESS | MS_NOSYMFOLLOW, NULL) == 0) {
        own_flags |= MS_NOSYMFOLLOW;
        umount2(NEW_ROOT, MNT_DETACH);
    }
    if (mount("try", NEW_ROOT, "tmpfs", HARMLESS, "nr_inodes=" INODES) == 0) {
        inodes = ",nr_inodes=" INODES;
        umount2(NEW_ROOT, MNT_DETACH);
    }
}

/* A file system in memory for a program to write to; false leaves why in errno. Its pages are charged to the run. */
bool mount_own(const char *target, uint64_t bytes, const char *mode)
{
    char options[96];

    snprintf(options, sizeof(options), "size=%llu,mode=%s%s", (unsigned long long)bytes, mode, inodes);
    return mount("own", target, "tmpfs", own_flags, options) == 0;
}

void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        die("write %s: %s", path, strerror(errno));
    close(fd);
}

/* What the kernel wants before an unprivileged user may map a group (user_namespaces(7)); gVisor's does not know it. */
static void forgo_groups(void)
{
    if (access("/proc/self/setgroups", F_OK) == 0)
        write_file("/proc/self/setgroups", "deny");
}

/* One user and one group exist in the new namespace, and both are the unprivileged ones that we are anyway. */
static void map_only_user(uid_t uid, gid_t gid)
{
    char map[64];

    forgo_groups();
    snprintf(map, sizeof(map), "%d %u 1", ONLY_UID, uid);
    write_file("/proc/self/uid_map", map);
    snprintf(map, sizeof(map), "%d %u 1", ONLY_UID, gid);
    write_file("/proc/self/gid_map", map);
}

/* Stays outside as the process that whoever started us waits for. */
static _Noreturn void await_cell(pid_t cell)
{
    int status;

    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    while (waitpid(cell, &status, 0) < 0)
        if (errno != EINTR)
            die("wait for the cell: %s", strerror(errno));
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* Gives the launcher full capabilities over mounts of its own, and over nothing else. As process 1 of a container it
 * only needs a mount namespace that it owns; at level `local` it makes for itself all that a container would give. */
void enter_cell(void)
{
    uid_t uid = getuid();
    gid_t gid = getgid();
    bool in_container = getpid() == 1;
    int flags = CLONE_NEWUSER | CLONE_NEWNS;

    if (uid == 0)
        die("refusing to run as root: a box's user would be the host's root outside it");
    if (!in_container)
        flags |= CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
    if (unshare(flags) < 0)
        die("unshare namespaces: %s (are unprivileged user namespaces allowed here?)", strerror(errno));
    map_only_user(uid, gid);
    if (in_container)
        return;

    pid_t cell = fork();
    if (cell < 0)
        die("fork: %s", strerror(errno));
    if (cell > 0)
        await_cell(cell);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    mount_or_die(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    mount_or_die("proc", "/proc", "proc", HARMLESS | MS_NOEXEC, NULL);
    if (sethostname("box", 3) < 0)
        die("sethostname: %s", strerror(errno));
}

static void make_dir(const char *path)
{
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        die("mkdir %s: %s", path, strerror(errno));
}

/* Whatever is mounted below the source comes along, such as Docker's own files in /etc, and becomes read-only as well. */
static void bind_read_only(const char *source, const char *target, unsigned long flags)
{
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
                                                (flags & MS_NOEXEC ? MOUNT_ATTR_NOEXEC : 0)};

    mount_or_die(source, target, NULL, MS_BIND | MS_REC, NULL);
    if (syscall(SYS_mount_setattr, AT_FDCWD, target, AT_RECURSIVE, &attributes, sizeof(attributes)) == 0)
        return;
    /* Before Linux 5.12, and in gVisor's kernel, only the topmost can be changed like this. */
    mount_or_die(NULL, target, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | HARMLESS | flags, NULL);
}

/* Makes the folders that lead to `path`, which is below the new root already. */
static void make_parents(char *path)
{
    for (char *slash = strchr(path + sizeof(NEW_ROOT), '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        make_dir(path);
        *slash = '/';
    }
}

/* Shows one path of the system: a link as the same link (/bin is one on merged systems), a folder or file as a
 * read-only bind. What is not there is left out. */
static void show_system_path(const char *path)
{
    char target[512], link[512];
    struct stat stat;

    if (snprintf(target, sizeof(target), NEW_ROOT "%s", path) >= (int)sizeof(target) || *path != '/')
        die("system path %s", path);
    if (lstat(path, &stat) < 0)
        return;
    make_parents(target);
    if (S_ISLNK(stat.st_mode)) {
        ssize_t size = readlink(path, link, sizeof(link) - 1);
        if (size < 0)
            die("readlink %s: %s", path, strerror(errno));
        link[size] = 0;
        if (symlink(link, target) < 0)
            die("symlink %s: %s", target, strerror(errno));
    } else if (S_ISDIR(stat.st_mode)) {
        make_dir(target);
        bind_read_only(path, target, 0);
    } else if (S_ISREG(stat.st_mode)) {
        close(open(target, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
        bind_read_only(path, target, 0);
    }
}

static void make_devices(void)
{
    static const char *const nodes[] = {"null", "zero", "full", "random", "urandom"};
    char source[64], target[64];

    make_dir(NEW_ROOT "/dev");
    for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++) {
        snprintf(source, sizeof(source), "/dev/%s", nodes[i]);
        snprintf(target, sizeof(target), NEW_ROOT "/dev/%s", nodes[i]);
        close(open(target, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
        mount_or_die(source, target, NULL, MS_BIND, NULL);
        /* The kernel keeps device nodes usable on a mount only while it is not nodev. Read-only, they can still be
         * written to, but not touched: their times would tell the next run of this one. */
        mount_or_die(NULL, target, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NOEXEC, NULL);
    }
    /* POSIX shared memory lives in the run's own /tmp, counted and thrown away with it. */
    if (symlink("/tmp", NEW_ROOT "/dev/shm") < 0 || symlink("/proc/self/fd", NEW_ROOT "/dev/fd") < 0 ||
        symlink("/proc/self/fd/0", NEW_ROOT "/dev/stdin") < 0 ||
        symlink("/proc/self/fd/1", NEW_ROOT "/dev/stdout") < 0 ||
        symlink("/proc/self/fd/2", NEW_ROOT "/dev/stderr") < 0)
        die("symlink in /dev: %s", strerror(errno));
}

static int open_directory(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        die("open %s: %s", path, strerror(errno));
    return fd;
}

struct exchange build_root(const struct options *options)
{
    struct exchange exchange = {open_directory(options->in_path), open_directory(options->out_path)};

    mount_or_die(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    try_mounts();
    mount_or_die("root", NEW_ROOT, "tmpfs", HARMLESS, "size=1m,mode=755");
    for (char **path = options->system_paths; *path; path++)
        show_system_path(*path);
    make_devices();
    make_dir(NEW_ROOT "/tmp");
    make_dir(NEW_ROOT "/work");
    make_dir(NEW_ROOT "/feedback");
    make_dir(NEW_ROOT "/proc");
    mount_or_die("/proc", NEW_ROOT "/proc", NULL, MS_BIND | MS_REC, NULL);
    if (options->shows_data) {
        make_dir(NEW_ROOT "/data");
        bind_read_only(".", NEW_ROOT "/data", MS_NOEXEC);
    }
    mount_or_die(NULL, NEW_ROOT, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | HARMLESS, NULL);

    /* Stacking the new root over the old one and then detaching the lower of the two needs no folder to put it in. */
    if (chdir(NEW_ROOT) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        die("change root: %s", strerror(errno));
    return exchange;
}

static bool work_mounted, work_is_writable, work_follows_links;

void renew_work(void)
{
    if (work_mounted && umount2("/work", MNT_DETACH) < 0)
        die("unmount /work: %s", strerror(errno));
    if (!mount_own("/work", WORK_BYTES, "755"))
        die("mount /work: %s", strerror(errno));
    work_mounted = work_is_writable = true;
    work_follows_links = false;
}

void set_work(bool writable, bool follows_links)
{
    unsigned long flags = follows_links ? own_flags & ~(unsigned long)MS_NOSYMFOLLOW : own_flags;

    if (!work_mounted)
        renew_work();
    if (writable == work_is_writable && follows_links == work_follows_links)
        return;
    mount_or_die(NULL, "/work", NULL, MS_REMOUNT | MS_BIND | flags | (writable ? 0ul : (unsigned long)MS_RDONLY), NULL);
    work_is_writable = writable;
    work_follows_links = follows_links;
}

/* A folder may hold any number of others, and a program as many that are called as this one would be. */
static bool move_aside(int work, const char *name)
{
    char aside[32];

    for (unsigned number = 0;; number++) {
        snprintf(aside, sizeof(aside), ".aside-%u", number);
        if (renameat(work, name, work, aside) == 0)
            return true;
        if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR)
            return false;
    }
}

static bool link_stream(int work, const char *name, const char *target)
{
    char link[32];
    ssize_t size = readlinkat(work, name, link, sizeof(link));

    if (size == (ssize_t)strlen(target) && memcmp(link, target, (size_t)size) == 0)
        return true;
    set_work(true, work_follows_links);
    if (unlinkat(work, name, 0) < 0 && errno != ENOENT && (errno != EISDIR || !move_aside(work, name)))
        return false;
    return symlinkat(target, work, name) == 0;
}

/* Gives the program its streams under the names that it opens them by; false leaves why in errno. */
bool link_streams(const struct run_request *request)
{
    if (!work_mounted)
        renew_work();
    int work = open("/work", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool linked = (!request->stdin_link || link_stream(work, request->stdin_link, "/dev/stdin")) &&
                  (!request->stdout_link || link_stream(work, request->stdout_link, "/dev/stdout"));
    int error = errno;

    close(work);
    errno = error;
    return linked;
}
