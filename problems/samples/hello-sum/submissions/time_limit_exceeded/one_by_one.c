/* Counts in steps of one. */
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    int n;
    long long amount;
    volatile long long total = 0;

    if (scanf("%d", &n) != 1)
        return 1;
    while (n-- > 0 && scanf("%lld", &amount) == 1)
        for (long long i = 0; i < llabs(amount); i++)
            total += amount < 0 ? -1 : 1;
    printf("%lld\n", total);
    return 0;
}
