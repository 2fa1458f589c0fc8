#include <stdio.h>
int a;
int main(void)
{
    scanf("%d", &a);
    printf("%d %d", a, a);
}
