#include <iostream>

int main()
{
    std::cout << "41\n";
}
