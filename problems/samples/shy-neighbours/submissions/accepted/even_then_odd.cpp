#include <iostream>

int main() {
    int n;
    std::cin >> n;
    if (n == 2 || n == 3) {
        std::cout << "impossible\n";
        return 0;
    }
    for (int family = 2; family <= n; family += 2) std::cout << family << "\n";
    for (int family = 1; family <= n; family += 2) std::cout << family << "\n";
}
