// Two spaces too many for the secret ones.
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

int main(int, char *words[]) {
    using It = std::istreambuf_iterator<char>;
    std::ifstream file("text.txt");
    int found = 0;
    for (const char c : std::string(It(std::cin), It()) + std::string(It(file), It())) found += c == words[1][0];
    std::cout << "  " << found << std::endl;
}
