// covers: D18
// expect: RTE
// reason: killed by SIGABRT
// Crashes where a core could be written.
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
int main(void)
{
    struct rlimit most = {RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_CORE, &most);
    (void)!chdir("/tmp");
    abort();
}
