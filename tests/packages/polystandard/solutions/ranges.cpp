#include <algorithm>
#include <iostream>
#include <vector>

int main() {
    int n;
    std::cin >> n;
    std::vector<int> row(n);
    for (int &number : row) std::cin >> number;
    std::ranges::sort(row);
    for (const int number : row) std::cout << number << '\n';
}
