#include <stdio.h>
int main(void)
{
    int a;

    scanf("%d", &a);
    goto end;
end:
    printf("%d %d", a, a);
}
