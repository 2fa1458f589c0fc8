// Remembers everything, and there is no end of it.
#include <cstdlib>
#include <cstring>

int main() {
    while (true) {
        char *kept = static_cast<char *>(std::malloc(1 << 20));
        if (kept == nullptr) return 1;
        std::memset(kept, 1, 1 << 20);
        volatile char seen = kept[12345];
        (void)seen;
    }
}
