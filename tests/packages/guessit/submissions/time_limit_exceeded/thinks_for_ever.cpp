// Has the right answer for the sample, and then goes on thinking.
#include <iostream>
#include <string>

int main() {
    std::string answer;
    std::cout << 600 << std::endl;
    std::cin >> answer;
    volatile int turns = 0;
    while (answer == "correct") turns = turns ^ 1;
}
