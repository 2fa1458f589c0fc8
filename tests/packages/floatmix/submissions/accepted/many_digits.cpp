#include <cmath>
#include <cstdio>

int main() {
    double x;
    std::scanf("%lf", &x);
    std::printf("%.40f %.40f\n", std::sqrt(x), 1 / x);
}
