// Has room for a thousand stalls only.
#include <iostream>
#include <vector>

int main() {
    int n;
    std::cin >> n;
    std::vector<long long> amounts(1000);
    long long total = 0;
    for (int i = 0; i < n; i++) {
        std::cin >> amounts.at(i);
        total += amounts.at(i);
    }
    std::cout << total << "\n";
}
