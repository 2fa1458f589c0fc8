// Raises the water in steps of a hundred-millionth.
#include <cmath>
#include <cstdio>
#include <iostream>

int main() {
    const double pi = std::acos(-1.0);
    int n;
    std::cin >> n;
    while (n-- > 0) {
        double a, b, h, volume;
        std::cin >> a >> b >> h >> volume;
        double y = 0;
        while (true) {
            const double r = a + (b - a) * y / h;
            if (y >= h || pi * y * (a * a + a * r + r * r) / 3 >= volume) break;
            y += 1e-8;
        }
        std::printf("%.9f\n", y);
    }
}
