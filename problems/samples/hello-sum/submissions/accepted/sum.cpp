#include <iostream>

int main() {
    int n;
    std::cin >> n;
    long long total = 0, amount;
    while (n-- > 0 && std::cin >> amount) total += amount;
    std::cout << total << "\n";
}
