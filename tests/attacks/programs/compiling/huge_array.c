// covers: G10
// expect: CE
// A program of a gigabyte, from an array with a first element.
char huge[1 << 30] = {1};
int main(void) { return huge[12345]; }
