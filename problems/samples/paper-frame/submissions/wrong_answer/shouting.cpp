// Turns the note into capitals.
#include <algorithm>
#include <cctype>
#include <iostream>
#include <string>
#include <vector>

int main() {
    std::string line;
    std::getline(std::cin, line);
    std::vector<std::string> note(std::stoi(line));
    std::size_t width = 0;
    for (auto &text : note) {
        std::getline(std::cin, text);
        for (char &letter : text) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
        width = std::max(width, text.size());
    }
    const std::string side = "+" + std::string(width + 2, '-') + "+\n";
    std::cout << side;
    for (const auto &text : note) std::cout << "| " << text << std::string(width - text.size(), ' ') << " |\n";
    std::cout << side;
}
