// covers: E17 J09
// expect: AC
// Becomes somebody else, or takes rights.
#define _GNU_SOURCE
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
static int found;
static void never(const char *what, int result)
{
    if (result >= 0)
        found++, printf("%s\n", what);
}
int main(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct all[2] = {{~0u, ~0u, ~0u}, {~0u, ~0u, ~0u}}, have[2];
    gid_t group = 0;
    never("capset", (int)syscall(SYS_capset, &header, all));
    if (syscall(SYS_capget, &header, have) == 0 && (have[0].effective | have[0].permitted | have[1].effective | have[1].permitted))
        found++, puts("has capabilities");
    for (uid_t user = 0; user < 3; user++) {
        never("setuid", setuid(user));
        never("setgid", setgid(user));
        never("setresuid", setresuid(user, user, user));
        never("setregid", setregid(user, user));
    }
    never("setgroups", setgroups(1, &group));
    never("ambient", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0));
    never("keep", prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        found++, puts("new privileges");
    if (getuid() == 0 || geteuid() == 0 || getgid() == 0)
        found++, puts("is root");
    if (!found)
        puts("safe");
}
