/* Goes round for ever where it is given this number, and says nothing else. */
#include <stdio.h>

int main(void)
{
    int n = 0;
    volatile int turns = 0;

    if (scanf("%d", &n) != 1)
        return 1;
    while (n == 3)
        turns ^= 1;
    return 0;
}
