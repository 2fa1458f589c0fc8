#include <iostream>

int main() {
    int n;
    std::cin >> n;
    if (n < 2) std::cout << n << " " << 0 << "\n";
    else std::cout << 2 << " " << n - 2 << "\n";
}
