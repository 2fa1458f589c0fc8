#include <iostream>

#include "power.h"

int main() {
    long long a, b;
    std::cin >> a >> b;
    std::cout << power(a, b) << std::endl;
}
