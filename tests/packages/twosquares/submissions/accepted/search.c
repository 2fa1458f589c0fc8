#include <stdio.h>

int main(void)
{
    int n;

    if (scanf("%d", &n) != 1)
        return 1;
    for (int a = 0; a * a <= n; a++)
        for (int b = a; b * b <= n; b++)
            if (a * a + b * b == n) {
                printf("%d\n%d\n", a, b);
                return 0;
            }
    return 1;
}
