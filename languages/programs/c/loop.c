#include <stdio.h>

int main(void)
{
    int a, b;
    volatile int steps = 0;
    if (scanf("%d %d", &a, &b) != 2)
        return 1;
    for (int i = 0; i < 10000000; i++)
        steps++;
    printf("%d\n", a + b + steps - 10000000);
    return 0;
}
