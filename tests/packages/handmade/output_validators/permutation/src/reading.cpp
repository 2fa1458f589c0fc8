#include "reading.h"

int number(std::FILE *file) {
    int found;
    return std::fscanf(file, "%d", &found) == 1 ? found : -1;
}
