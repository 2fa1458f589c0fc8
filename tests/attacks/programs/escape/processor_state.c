// covers: E22
// expect: AC
// Changes how the processor, or the kernel, treats this process.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/io.h>
#include <sys/personality.h>
#include <sys/prctl.h>
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
    static char space[64];
    static const int options[] = {PR_SET_SECCOMP, PR_SET_MM, PR_SET_SECUREBITS, PR_CAPBSET_DROP, PR_SET_TSC, PR_MCE_KILL, 59 /* user dispatch */,
                                  62 /* core scheduling */, PR_SET_IO_FLUSHER, PR_SET_SPECULATION_CTRL, PR_SET_TIMING, PR_SET_FPEMU};
    never("personality", personality(ADDR_NO_RANDOMIZE));
    never("personality of 32 bits", personality(PER_LINUX32));
    never("modify_ldt", syscall(SYS_modify_ldt, 1, space, 16));
    never("reading the ldt", syscall(SYS_modify_ldt, 0, space, sizeof(space)));
    never("iopl", iopl(3));
    never("ioperm", ioperm(0x60, 1, 1));
    for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
        snprintf(space, sizeof(space), "prctl %d", options[i]);
        never(space, prctl(options[i], 1, 1, 1, 1));
        never(space, prctl(options[i], 1, 0, 0, 0));
    }
    if (!found)
        puts("safe");
}
