#include "testlib.h"

int main(int count, char *words[]) {
    registerValidation(count, words);
    inf.readInt(1, 1000000, "secret");
    inf.readEoln();
    inf.readEof();
}
