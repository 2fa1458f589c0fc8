// Takes more than a hundred bytes.
#include <iostream>

int main() {
    int number;
    std::cin >> number;
    std::cout << number << " " << number << std::endl;
}
