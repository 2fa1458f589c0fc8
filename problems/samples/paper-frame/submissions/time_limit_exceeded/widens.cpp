// Widens the frame by one until every line fits, but asks for a line that is never there.
#include <iostream>
#include <string>
#include <vector>

int main() {
    std::string line;
    std::getline(std::cin, line);
    std::vector<std::string> note(std::stoi(line));
    for (auto &text : note) std::getline(std::cin, text);
    volatile unsigned width = 0;
    for (bool fits = false; !fits; width = width + 1) {
        fits = note.size() == 101;
        for (const auto &text : note) fits = fits && text.size() <= width;
    }
    std::cout << "+" << std::string(width, '-') << "+\n";
}
