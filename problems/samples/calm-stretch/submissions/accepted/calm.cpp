#include <cstdlib>
#include <iostream>

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);
    int n, d;
    std::cin >> n >> d;
    int before = 0, start = 1, best = 0, best_start = 1;
    for (int i = 1; i <= n; i++) {
        int height;
        std::cin >> height;
        if (i > 1 && std::abs(height - before) > d) start = i;
        if (i - start + 1 > best) {
            best = i - start + 1;
            best_start = start;
        }
        before = height;
    }
    std::cout << best << " " << best_start << "\n";
}
