// Goes on from every record as far as it is calm.
#include <cstdlib>
#include <iostream>
#include <vector>

int main() {
    std::ios::sync_with_stdio(false);
    int n, d;
    std::cin >> n >> d;
    std::vector<int> heights(n);
    for (int &height : heights) std::cin >> height;
    int best = 0, best_start = 0;
    for (int start = 0; start < n; start++) {
        int end = start + 1;
        while (end < n && std::abs(heights[end] - heights[end - 1]) <= d) end++;
        if (end - start > best) {
            best = end - start;
            best_start = start;
        }
    }
    std::cout << best << " " << best_start + 1 << "\n";
}
