// covers: C05
// expect: TLE
// Spends its time in the kernel.
#include <sys/random.h>
static char block[1 << 20];
int main(void)
{
    for (;;)
        (void)!getrandom(block, sizeof(block), 0);
}
