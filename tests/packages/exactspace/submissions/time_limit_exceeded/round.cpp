// Goes round for ever.
int main() {
    volatile unsigned n = 0;
    while (true) n = n + 1;
}
