// covers: G07
// expect: CE
// compile_ms: 700
// Makes names by pasting, each of them twice as long as the last.
#define P(a, b) Q(a, b)
#define Q(a, b) a##b
#define A0 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
#define A1 P(A0, P(A0, P(A0, P(A0, P(A0, P(A0, P(A0, A0)))))))
#define A2 P(A1, P(A1, P(A1, P(A1, P(A1, P(A1, P(A1, A1)))))))
#define A3 P(A2, P(A2, P(A2, P(A2, P(A2, P(A2, P(A2, A2)))))))
#define A4 P(A3, P(A3, P(A3, P(A3, P(A3, P(A3, P(A3, A3)))))))
#define A5 P(A4, P(A4, P(A4, P(A4, P(A4, P(A4, P(A4, A4)))))))
#define A6 P(A5, P(A5, P(A5, P(A5, P(A5, P(A5, P(A5, A5)))))))
#define A7 P(A6, P(A6, P(A6, P(A6, P(A6, P(A6, P(A6, A6)))))))
int A7;
int main() { return missing; }
