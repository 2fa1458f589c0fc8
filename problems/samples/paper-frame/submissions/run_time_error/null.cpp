// Measures lines that it never reads.
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

int main() {
    int n;
    std::cin >> n;
    std::vector<const std::string *> note(n);
    std::size_t width = 0;
    for (const std::string *line : note) width = std::max(width, line->size());
    std::cout << "+" << std::string(width + 2, '-') << "+\n";
}
