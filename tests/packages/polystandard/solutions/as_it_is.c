#include <stdio.h>

int main(void)
{
    int n, number;

    if (scanf("%d", &n) != 1)
        return 1;
    while (n-- > 0 && scanf("%d", &number) == 1)
        printf("%d\n", number);
    return 0;
}
