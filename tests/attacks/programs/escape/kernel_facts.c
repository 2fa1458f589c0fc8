// covers: E24
// expect: AC
// gVisor's /proc shows the files of process 1 and facts of gVisor's own kernel, which are the same everywhere.
// expect@gvisor: AC WA
// Reads what only those should know who are to attack this very kernel.
#include <fcntl.h>
#include <stdio.h>
#include <sys/klog.h>
#include <unistd.h>
int main(void)
{
    static const char *const files[] = {
        "/proc/kallsyms", "/proc/kcore", "/proc/config.gz", "/proc/timer_list", "/proc/sched_debug", "/proc/modules", "/proc/iomem",
        "/proc/kmsg", "/proc/keys", "/proc/key-users", "/proc/locks", "/proc/slabinfo", "/proc/vmallocinfo", "/proc/interrupts",
        "/proc/cmdline", "/proc/mounts/../1/mounts", "/proc/net/unix", "/proc/sysvipc/shm", "/proc/loadavg", "/proc/partitions",
        "/proc/self/stack", "/proc/self/pagemap/..", "/sys/kernel/notes", "/sys/kernel/debug", "/sys/firmware/efi", "/sys/class/dmi/id/product_uuid",
        "/sys/devices", "/boot", "/lib/modules", "/proc/1/environ", "/proc/1/mountinfo", "/var/log", "/etc/shadow", "/etc/hostname~",
    };
    char byte[64];
    int found = 0;
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        int fd = open(files[i], O_RDONLY | O_NONBLOCK);
        if (fd >= 0 && read(fd, byte, sizeof(byte)) > 0)
            found++, printf("%s\n", files[i]);
    }
    if (klogctl(3, byte, sizeof(byte)) >= 0 || klogctl(10, NULL, 0) >= 0)
        found++, puts("the kernel's log");
    if (!found)
        puts("safe");
}
