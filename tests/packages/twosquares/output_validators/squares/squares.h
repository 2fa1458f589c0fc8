#ifndef SQUARES_H
#define SQUARES_H

#include <string>
#include <vector>

/* How the words behind the first three of the command line want it. */
struct Wishes {
    int squares = 0;
    bool ordered = false;
};

Wishes wishes(int count, char *words[]);

#endif
