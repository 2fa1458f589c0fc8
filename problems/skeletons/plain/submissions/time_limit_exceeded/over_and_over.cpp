// Adds all numbers up once more for every number: 10^10 additions at most.
#include <iostream>
#include <vector>

int main() {
    int n;
    std::cin >> n;
    std::vector<long long> numbers(n);
    for (long long &number : numbers) std::cin >> number;
    volatile long long sum = 0;
    for (int end = 0; end < n; end++) {
        sum = 0;
        for (long long number : numbers) sum = sum + number;
    }
    std::cout << sum << "\n";
}
