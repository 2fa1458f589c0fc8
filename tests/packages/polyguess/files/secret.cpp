#include "testlib.h"

int main(int count, char *words[]) {
    registerGen(count, words, 1);
    std::printf("%d\n", rnd.next(1, 1000000));
}
