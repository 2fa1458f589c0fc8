// covers: E08 E26
// quick: yes
// expect: AC
// The doors that most kernel bugs of late lay behind.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/filter.h>
#include <stdio.h>
#include <sys/socket.h>
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
    static char space[256] = {1, 0, 0, 0, (char)128};
    struct sock_filter accept = {6, 0, 0, 1};
    struct sock_fprog program = {1, &accept};
    int ends[2], local = socket(AF_UNIX, SOCK_DGRAM, 0);
    never("program for a socket", setsockopt(local, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)));
    never("bpf", syscall(SYS_bpf, 0, space, sizeof(space)));
    never("bpf program", syscall(SYS_bpf, 5, space, sizeof(space)));
    never("perf", syscall(SYS_perf_event_open, space, 0, -1, -1, 0));
    never("userfaultfd", syscall(SYS_userfaultfd, 0));
    never("userfaultfd of user mode", syscall(SYS_userfaultfd, 1));
    never("io_uring", syscall(SYS_io_uring_setup, 4, space));
    never("io_uring enter", syscall(SYS_io_uring_enter, 0, 0, 0, 0, NULL, 0));
    never("fanotify", syscall(SYS_fanotify_init, 0, 0));
    never("old asynchronous input and output", syscall(SYS_io_setup, 4, space + 128));
    never("filter with a listener", syscall(SYS_seccomp, 1, 8, space));
    never("landlock", syscall(445, NULL, 0, 0) - 100);
    never("kexec", syscall(SYS_kexec_load, 0, 0, NULL, 0));
    never("module", syscall(SYS_init_module, space, sizeof(space), ""));
    never("module from a file", syscall(SYS_finit_module, 0, "", 0));
    never("unload", syscall(SYS_delete_module, "ext4", 0));
    never("reboot", syscall(SYS_reboot, 0xfee1dead, 672274793, 0, NULL));
    never("accounting", syscall(SYS_acct, "/tmp/account"));
    never("pages moved", syscall(SYS_move_pages, 0, 0, NULL, NULL, NULL, 0));
    never("memory policy", syscall(SYS_set_mempolicy, 1, NULL, 0));
    never("handle", syscall(SYS_name_to_handle_at, AT_FDCWD, "/", space, space + 128, 0));
    never("watch queue", pipe2(ends, 0200));
    never("vhangup", syscall(SYS_vhangup));
    never("syslog", syscall(SYS_syslog, 3, space, 16));
    if (!found)
        puts("safe");
}
