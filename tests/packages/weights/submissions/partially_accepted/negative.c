/* 10 + 12 + 25 + 0. @EXPECTED_SCORE@: 47
 */
#include <stdio.h>

int main(void)
{
    long long x;

    if (scanf("%lld", &x) != 1)
        return 1;
    printf("%lld\n", x < 0 ? x * x : -1);
    return 0;
}
