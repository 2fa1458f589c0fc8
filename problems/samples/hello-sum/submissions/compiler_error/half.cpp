#include <iostream>

int main() {
    int n;
    std::cin >> n;
    long long total = 0
    std::cout << total << "\n";
}
