// Goes on thinking once it is right.
#include <iostream>

int main() {
    int n;
    char answer = '?';
    std::cin >> n;
    std::cout << n / 2 << std::endl;
    std::cin >> answer;
    volatile int turns = 0;
    while (answer == '=') turns = turns ^ 1;
}
