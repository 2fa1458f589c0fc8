#include <stdio.h>

int main(void)
{
    int n;

    if (scanf("%d", &n) != 1)
        return 1;
    for (int i = 1; i <= n; i++) {
        for (int j = 1; j <= n; j++)
            putchar(j > n - i ? 'A' : ' ');
        putchar('\n');
    }
    return 0;
}
