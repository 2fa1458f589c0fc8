// covers: A02
// expect: TLE RTE
// Every child takes itself out of its parent's session and process group, then computes.
#include <unistd.h>
int main(void)
{
    for (;;)
        if (fork() == 0)
            setsid();
}
