#include <cstdio>

/* The next number of a file, or -1. */
int number(std::FILE *file);
