#include <stdio.h>

/* The odd ones downwards, then the even ones downwards: the last odd one is 1, and the first even one at least 4. */
int main(void)
{
    int n;

    if (scanf("%d", &n) != 1)
        return 1;
    if (n == 2 || n == 3) {
        puts("impossible");
        return 0;
    }
    for (int family = n - (n % 2 == 0); family >= 1; family -= 2)
        printf("%d ", family);
    for (int family = n - (n % 2); family >= 2; family -= 2)
        printf("%d ", family);
    putchar('\n');
    return 0;
}
