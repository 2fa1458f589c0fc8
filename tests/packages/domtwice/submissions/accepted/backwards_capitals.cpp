#include <cctype>
#include <iostream>
#include <string>

int main() {
    std::string what, word;
    std::cin >> what >> word;
    for (char &c : word) c = what == "hide" ? std::toupper(c) : std::tolower(c);
    std::cout << word << std::endl;
}
