// Answers guesses; how many there were is for the checker to judge.
#include <iostream>

#include "testlib.h"

int main(int count, char *words[]) {
    registerInteraction(count, words);
    const int secret = inf.readInt(1, 1000000, "secret");
    std::cout << 1000000 << std::endl;
    for (int asked = 1; asked <= 30; asked++) {
        const int guess = ouf.readInt(1, 1000000, "guess");
        std::cout << (guess == secret ? "=" : guess > secret ? "<" : ">") << std::endl;
        if (guess == secret) {
            tout << asked << std::endl;
            quitf(_ok, "%d guesses", asked);
        }
    }
    quitf(_wa, "more than 30 guesses");
}
