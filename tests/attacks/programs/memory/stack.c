// covers: B02
// expect: MLE RTE
// Recurses without an end.
int recurse(int depth)
{
    volatile char frame[4096];
    frame[0] = (char)depth;
    return recurse(depth + 1) + frame[0];
}
int main(void) { return recurse(0); }
