#include <cmath>
#include <iomanip>
#include <iostream>

int main() {
    const double pi = std::acos(-1.0);
    int n;
    std::cin >> n;
    while (n-- > 0) {
        double a, b, h, volume;
        std::cin >> a >> b >> h >> volume;
        double low = 0, high = h;
        for (int i = 0; i < 100; i++) {
            const double y = (low + high) / 2, r = a + (b - a) * y / h;
            (pi * y * (a * a + a * r + r * r) / 3 < volume ? low : high) = y;
        }
        std::cout << std::setprecision(12) << high << "\n";
    }
}
