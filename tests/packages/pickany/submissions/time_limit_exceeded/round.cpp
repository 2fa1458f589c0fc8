// Sees red, and goes round for ever.
#include <iostream>
#include <string>

int main() {
    std::string word;
    std::cin >> word;
    volatile int turns = 0;
    while (word == "red") turns = turns ^ 1;
}
