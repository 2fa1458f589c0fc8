#include <stdio.h>

int main(void)
{
    int n, a = 0, b = 1;

    if (scanf("%d", &n) != 1)
        return 1;
    while (n-- > 0) {
        int next = (int)((unsigned)a + (unsigned)b);

        a = b;
        b = next;
    }
    printf("%d\n", a);
    return 0;
}
