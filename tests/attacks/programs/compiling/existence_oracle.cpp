// covers: G04
// expect: CE
// Tells one by one in its errors which of the judge's files there are: none.
#define ASK(path) static_assert(!__has_include(path), "there is a secret");
ASK("@CANARY@")
ASK("@CELLS@/canary")
ASK("/exchange/in/program")
ASK("/exchange/out/stdout")
ASK("/data/answer")
ASK("/work/.cache")
ASK("/tmp/note")
ASK("/launcher")
ASK("/etc/shadow-")
static_assert(false, "nothing");
int main() { return 0; }
