#include <cmath>
#include <cstdio>

int main() {
    double x;
    std::scanf("%lf", &x);
    std::printf("%.4f %.4f\n", std::sqrt(x), 1 / x);
}
