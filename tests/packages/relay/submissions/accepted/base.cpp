#include <iostream>
#include <string>

int main() {
    std::string what, word;
    long long code = 0;
    std::cin >> what;
    if (what == "tell") {
        while (true) {
            std::cout << "more" << std::endl;
            std::cin >> word;
            if (word == "end") break;
            code = 27 * code + (word[0] - 'a' + 1);
        }
        std::cout << code << std::endl;
        return 0;
    }
    std::cin >> code;
    for (; code > 0; code /= 27) word.insert(0, 1, static_cast<char>('a' + code % 27 - 1));
    for (const char letter : word) {
        std::cout << letter << std::endl;
        std::cin >> what;
    }
    std::cout << "end" << std::endl;
}
