// Has the right idea, but goes through the whole street again for every family that moves in.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <vector>

int main() {
    int n;
    std::cin >> n;
    if (n == 2 || n == 3) {
        std::cout << "impossible\n";
        return 0;
    }
    std::vector<int> street;
    for (int first = 2; first >= 1; first--) {
        for (int family = first; family <= n; family += 2) {
            if (std::find(street.begin(), street.end(), family) != street.end()) continue;
            street.push_back(family);
            for (std::size_t house = 1; house < street.size(); house++) {
                if (std::abs(street[house] - street[house - 1]) == 1) return 1;
            }
        }
    }
    for (int family : street) std::cout << family << "\n";
}
