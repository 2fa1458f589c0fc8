#include <algorithm>
#include <iostream>
#include <string>

int main() {
    std::string word;
    std::cin >> word;
    std::cout << std::min<std::size_t>(word.size(), 10) << std::endl;
}
