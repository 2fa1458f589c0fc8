// Takes the barrel for a cylinder of the middle radius.
#include <cmath>
#include <cstdio>
#include <iostream>

int main() {
    int n;
    std::cin >> n;
    while (n-- > 0) {
        double a, b, h, volume;
        std::cin >> a >> b >> h >> volume;
        const double r = (a + b) / 2;
        std::printf("%.9f\n", volume / (std::acos(-1.0) * r * r));
    }
}
