// Divides by a difference that is zero in a street of one house.
#include <iostream>

int main() {
    volatile int n;
    int read;
    std::cin >> read;
    n = read;
    if (n == 2 || n == 3) {
        std::cout << "impossible\n";
        return 0;
    }
    const int pairs = n / (n / 2);
    for (int family = pairs; family <= n; family += 2) std::cout << family << "\n";
    for (int family = 1; family <= n; family += 2) std::cout << family << "\n";
}
