// Draws the upper side for ever.
#include <iostream>

int main() {
    std::cout << '+';
    while (std::cout) std::cout << "--------------------------------";
}
