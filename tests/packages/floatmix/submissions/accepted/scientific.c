#include <math.h>
#include <stdio.h>

int main(void)
{
    double x;

    if (scanf("%lf", &x) != 1)
        return 1;
    printf("%.9e\n%+.9E\n", sqrt(x), 1 / x);
    return 0;
}
