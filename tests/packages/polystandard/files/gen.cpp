// Called as: gen n least most
#include "testlib.h"

int main(int count, char *words[]) {
    registerGen(count, words, 1);
    const int n = opt<int>(1), least = opt<int>(2), most = opt<int>(3);
    std::printf("%d\n", n);
    for (int i = 0; i < n; i++) std::printf("%d%c", rnd.next(least, most), i + 1 < n ? ' ' : '\n');
}
