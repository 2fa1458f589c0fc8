// covers: B01 J25
// quick: yes
// expect: MLE
// Fills four gigabytes.
#include <stdlib.h>
static void touch(volatile char *block, long size)
{
    for (long at = 0; at < size; at += 1024)
        block[at] = 1;
}
int main(void)
{
    for (int i = 0; i < 4096; i++)
        touch(malloc(1 << 20), 1 << 20);
    return 0;
}
