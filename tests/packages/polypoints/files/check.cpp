// Wants the largest number; where that is 999, half of the points are for one that is at least the first.
#include "testlib.h"

int main(int count, char *words[]) {
    registerTestlibCmd(count, words);
    inf.readInt();
    const int first = inf.readInt(), best = ans.readInt(), found = ouf.readInt();
    if (found == best) quitf(_ok, "%d", found);
    if (found > best) quitf(_wa, "%d is not among the numbers", found);
    if (best == 999 && found >= first) quitp(10, "not the largest");
    quitf(_wa, "%d is less than %d", found, best);
}
