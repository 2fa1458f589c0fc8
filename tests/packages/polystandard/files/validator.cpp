#include "testlib.h"

int main(int count, char *words[]) {
    registerValidation(count, words);
    const int n = inf.readInt(1, 1000, "n");
    inf.readEoln();
    for (int i = 0; i < n; i++) {
        if (i > 0) inf.readSpace();
        inf.readInt(-1000, 1000, "number");
    }
    inf.readEoln();
    inf.readEof();
}
