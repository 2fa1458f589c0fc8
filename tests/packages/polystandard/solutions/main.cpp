#include <algorithm>
#include <iostream>
#include <vector>

// Compiles as C++17 only.
static_assert(__cplusplus >= 201703L && __cplusplus < 202002L);

int main() {
    int n;
    std::cin >> n;
    std::vector<int> row(n);
    for (int &number : row) std::cin >> number;
    std::sort(row.begin(), row.end());
    for (const int number : row) std::cout << number << ' ';
    std::cout << std::endl;
}
