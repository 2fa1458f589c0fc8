#include <stdio.h>

int main(void)
{
    long long n, number, sum = 0;

    if (scanf("%lld", &n) != 1)
        return 1;
    while (n-- > 0 && scanf("%lld", &number) == 1)
        sum += number;
    printf("%lld\n", sum);
    return 0;
}
