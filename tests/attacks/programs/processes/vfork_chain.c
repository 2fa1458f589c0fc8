// covers: A03
// expect: TLE
// Each child leaves its parent waiting in the kernel.
#include <unistd.h>
static void descend(void)
{
    if (vfork() <= 0)
        descend();
    for (;;)
        pause();
}
int main(void) { descend(); }
