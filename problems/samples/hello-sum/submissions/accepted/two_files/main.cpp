#include <iostream>

#include "total.h"

int main() {
    std::cout << total(std::cin) << "\n";
}
