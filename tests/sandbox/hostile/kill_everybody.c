// expect: RTE WA
#include <signal.h>
#include <unistd.h>
int main(void)
{
    kill(-1, SIGKILL);
    kill(0, SIGKILL);
    kill(1, SIGKILL);
}
