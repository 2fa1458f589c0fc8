// covers: A16
// expect: RTE WA
// Under gVisor the box's process 1 can be killed from within: the run ends with it.
// expect@gvisor: RTE WA
#include <signal.h>
#include <unistd.h>
int main(void)
{
    kill(-1, SIGKILL);
    kill(0, SIGKILL);
    kill(1, SIGKILL);
}
