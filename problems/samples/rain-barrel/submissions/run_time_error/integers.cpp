// Reads integers, and gives up at the first number that is none.
#include <iostream>
#include <stdexcept>

int main() {
    std::cin.exceptions(std::ios::failbit);
    int n;
    std::cin >> n;
    while (n-- > 0) {
        int a, b, h, volume;
        std::cin >> a >> b >> h >> volume;
        std::cout << h * (volume > 0) << "\n";
    }
}
