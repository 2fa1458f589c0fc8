#include <cstdlib>

#include "squares.h"

Wishes wishes(int count, char *words[]) {
    Wishes found;
    for (int i = 4; i < count; i++) {
        const std::string word = words[i];
        if (word == "ordered") found.ordered = true;
        if (word.rfind("squares=", 0) == 0) found.squares = std::atoi(word.c_str() + 8);
    }
    return found;
}
