// Compares words. In a package from Polygon this would be one of testlib's own checkers.
#include "testlib.h"

int main(int count, char *words[]) {
    registerTestlibCmd(count, words);
    int n = 0;
    while (!ans.seekEof() && !ouf.seekEof()) {
        n++;
        const std::string expected = ans.readToken(), found = ouf.readToken();
        if (expected != found) quitf(_wa, "word %d: expected %s, found %s", n, expected.c_str(), found.c_str());
    }
    if (!ans.seekEof()) quitf(_wa, "only %d words", n);
    if (!ouf.seekEof()) quitf(_wa, "more than %d words", n);
    quitf(_ok, "%d words", n);
}
