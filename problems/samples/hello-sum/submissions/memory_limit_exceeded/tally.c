/* Keeps a gigabyte of tally marks beside the sum. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    int n;
    long long amount, total = 0;

    if (scanf("%d", &n) != 1)
        return 1;
    while (n-- > 0 && scanf("%lld", &amount) == 1)
        total += amount;
    for (long long marks = 0; marks < 1000; marks++) {
        char *block = malloc(1 << 20);
        if (block == NULL)
            return 1;
        memset(block, (int)total + 1, 1 << 20);
        total += block[marks] == (char)(total + 1) ? 0 : 1;
    }
    printf("%lld\n", total);
    return 0;
}
