// covers: E04
// quick: yes
// expect: AC
// Every call that changes what is mounted, old and new.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
static int found;
static void never(const char *what, long result)
{
    if (result >= 0)
        found++, printf("%s\n", what);
}
int main(void)
{
    mkdir("/tmp/here", 0700);
    never("tmpfs", mount("none", "/tmp/here", "tmpfs", 0, NULL));
    never("proc", mount("proc", "/tmp/here", "proc", 0, NULL));
    never("sysfs", mount("none", "/tmp/here", "sysfs", 0, NULL));
    never("overlay", mount("none", "/tmp/here", "overlay", 0, "lowerdir=/,upperdir=/tmp,workdir=/tmp/here"));
    never("bind", mount("/", "/tmp/here", NULL, MS_BIND | MS_REC, NULL));
    never("remount", mount(NULL, "/work", NULL, MS_REMOUNT | MS_BIND, NULL));
    never("remount of the root", mount(NULL, "/", NULL, MS_REMOUNT, NULL));
    never("propagation", mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL));
    never("umount /proc", umount2("/proc", MNT_DETACH));
    never("umount /work", umount2("/work", MNT_DETACH));
    never("umount /tmp", umount2("/tmp", MNT_DETACH));
    never("pivot_root", syscall(SYS_pivot_root, "/tmp", "/tmp/here"));
    never("fsopen", syscall(SYS_fsopen, "tmpfs", 0));
    never("fspick", syscall(SYS_fspick, AT_FDCWD, "/", 0));
    never("open_tree", syscall(SYS_open_tree, AT_FDCWD, "/", 1));
    never("open_tree_attr", syscall(467, AT_FDCWD, "/", 1, NULL, 0));
    never("move_mount", syscall(SYS_move_mount, AT_FDCWD, "/proc", AT_FDCWD, "/tmp/here", 0));
    never("mount_setattr", syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &(struct { unsigned long set, clear, propagation, fd; }){0}, 32));
    never("swapon", syscall(SYS_swapon, "/tmp/here", 0));
    never("quotactl", syscall(SYS_quotactl, 0, "/", 0, NULL));
    if (!found)
        puts("safe");
}
