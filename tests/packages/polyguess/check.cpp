#include "testlib.h"

int main(int count, char *words[]) {
    registerTestlibCmd(count, words);
    const int asked = ouf.readInt(1, 30, "guesses"), most = ans.readInt();
    if (asked > most) quitf(_wa, "%d guesses, but %d are enough", asked, most);
    quitf(_ok, "%d guesses", asked);
}
