#include <math.h>
#include <stdio.h>

int main(void)
{
    int n;
    double a, b, h, volume;

    if (scanf("%d", &n) != 1)
        return 1;
    while (n-- > 0 && scanf("%lf %lf %lf %lf", &a, &b, &h, &volume) == 4) {
        double low = 0, high = h;
        for (int i = 0; i < 100; i++) {
            double y = (low + high) / 2, r = a + (b - a) * y / h;
            if (acos(-1.0) * y * (a * a + a * r + r * r) / 3 < volume)
                low = y;
            else
                high = y;
        }
        printf("%.10f\n", low);
    }
    return 0;
}
