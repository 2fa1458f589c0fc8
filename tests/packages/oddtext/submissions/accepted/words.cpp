#include <iostream>
#include <string>
#include <vector>

int main() {
    std::vector<std::string> words;
    for (std::string word; std::cin >> word;) words.push_back(word);
    for (auto word = words.rbegin(); word != words.rend(); ++word) std::cout << *word << "\r\n";
}
