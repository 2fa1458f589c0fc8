// covers: E14
// expect: AC
// Opens the machine's devices, and makes those that are missing.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
int main(void)
{
    static const char *const devices[] = {"mem", "kmem", "port", "kvm", "fuse", "loop0", "loop-control", "tty", "tty0", "ttyS0", "ptmx",
                                          "pts/0", "pts/ptmx", "console", "uinput", "sda", "vda", "nvme0n1", "dm-0", "mapper/control",
                                          "net/tun", "vhost-net", "vsock", "kmsg", "rtc0", "hpet", "cuse", "snapshot", "btrfs-control",
                                          "userfaultfd", "mqueue", "hugepages", "dri/card0", "nvidiactl", "cpu/0/msr", "vfio/vfio"};
    static const char *const known[] = {".", "..", "null", "zero", "full", "random", "urandom", "shm", "fd", "stdin", "stdout", "stderr"};
    char path[64];
    int found = 0;
    for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++) {
        snprintf(path, sizeof(path), "/dev/%s", devices[i]);
        if (open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY) >= 0)
            found++, printf("%s\n", path);
    }
    DIR *folder = opendir("/dev");
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        int is_known = 0;
        for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
            is_known |= strcmp(entry->d_name, known[i]) == 0;
        if (!is_known)
            found++, printf("/dev/%s\n", entry->d_name);
    }
    for (unsigned major = 1; major < 256; major++)
        if (mknod("/tmp/block", S_IFBLK | 0666, makedev(major, 0)) == 0 || mknod("/tmp/char", S_IFCHR | 0666, makedev(major, 1)) == 0)
            found++, printf("made %u\n", major);
    if (!found)
        puts("safe");
}
