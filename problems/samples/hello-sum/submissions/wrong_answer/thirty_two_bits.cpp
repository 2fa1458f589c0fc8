// The sum overflows 32 bits.
#include <cstdint>
#include <iostream>

int main() {
    int n;
    std::cin >> n;
    std::uint32_t total = 0;
    std::int32_t amount;
    while (n-- > 0 && std::cin >> amount) total += static_cast<std::uint32_t>(amount);
    std::cout << static_cast<std::int32_t>(total) << "\n";
}
