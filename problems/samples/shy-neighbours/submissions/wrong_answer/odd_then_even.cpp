// For n = 4 it prints 1 3 2 4, and it finds no family impossible.
#include <iostream>

int main() {
    int n;
    std::cin >> n;
    for (int family = 1; family <= n; family += 2) std::cout << family << " ";
    for (int family = 2; family <= n; family += 2) std::cout << family << " ";
    std::cout << "\n";
}
