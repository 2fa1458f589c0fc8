// The part of testlib's interface that the Polygon packages of our corpus use: checkers, validators, generators and
// interactors compile against it as they would against testlib.h, and end with the same exit codes. Written from
// scratch for these tests; nothing of testlib itself is in it. Every package below tests/packages/ that needs the
// header holds a copy of this very file, as a package from Polygon would hold testlib's.
#ifndef OWN_TESTLIB_H
#define OWN_TESTLIB_H

#include <cctype>
#include <cmath>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

enum TResult { _ok = 0, _wa = 1, _pe = 2, _fail = 3, _points = 7 };

namespace own {

enum class Mode { checker, interactor, validator, generator };

inline Mode mode = Mode::checker;
inline std::vector<std::string> words;

inline std::string formatted(const char *format, va_list given) {
    va_list again;
    va_copy(again, given);
    std::string text(static_cast<std::size_t>(std::vsnprintf(nullptr, 0, format, again)) + 1, '\0');
    va_end(again);
    std::vsnprintf(&text[0], text.size(), format, given);
    text.pop_back();
    return text;
}

inline bool is_blank(int c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace own

[[noreturn]] inline void quit(TResult result, const std::string &message);

[[noreturn]] inline void quitf(TResult result, const char *format, ...) {
    va_list given;
    va_start(given, format);
    std::string text = own::formatted(format, given);
    va_end(given);
    quit(result, text);
}

class InStream {
  public:
    // What bad content of this stream means: the jury's files are never the contestant's fault.
    void open(const char *path, TResult blame, bool strict) {
        file = std::fopen(path, "rb");
        if (file == nullptr) quitf(_fail, "cannot open %s", path);
        use(file, blame, strict);
    }

    void use(std::FILE *given, TResult blame, bool strict) {
        file = given;
        is_jurys = blame == _fail;
        is_strict = strict;
    }

    int curChar() { return peek(); }
    bool eof() { return peek() == EOF; }

    bool seekEof() {
        skipBlanks();
        return eof();
    }

    void skipBlanks() {
        while (own::is_blank(peek())) take();
    }

    int readChar() { return take(); }

    void readSpace() { expect(' ', "a space"); }

    void readEoln() {
        if (!is_strict && peek() == '\r') take();
        expect('\n', "the end of the line");
    }

    void readEof() {
        if (!is_strict) skipBlanks();
        if (!eof()) fail(_pe, "expected the end of the file");
    }

    std::string readToken() {
        if (!is_strict) skipBlanks();
        std::string token;
        while (!eof() && !own::is_blank(peek())) token += static_cast<char>(take());
        if (token.empty()) fail(_pe, eof() ? "unexpected end of file: expected a token" : "expected a token");
        return token;
    }

    std::string readWord() { return readToken(); }

    std::string readLine() {
        if (eof()) fail(_pe, "unexpected end of file: expected a line");
        std::string line;
        while (!eof() && peek() != '\n') line += static_cast<char>(take());
        if (!eof()) take();
        if (!is_strict && !line.empty() && line.back() == '\r') line.pop_back();
        return line;
    }

    std::string readString() { return readLine(); }

    long long readLong() {
        const std::string token = readToken();
        char *end = nullptr;
        const bool is_negative = token[0] == '-';
        const std::string digits = token.substr(is_negative ? 1 : 0);
        const bool is_plain = !digits.empty() && digits.size() < 19 &&
                              digits.find_first_not_of("0123456789") == std::string::npos &&
                              (digits.size() == 1 || digits[0] != '0') && token != "-0";
        if (!is_plain) fail(_pe, "expected an integer, found \"" + token.substr(0, 40) + "\"");
        return std::strtoll(token.c_str(), &end, 10);
    }

    long long readLong(long long least, long long most, const std::string &name = "") {
        const long long value = readLong();
        if (value < least || value > most)
            fail(_wa, (name.empty() ? "integer" : name) + " " + std::to_string(value) + " is not within " +
                          std::to_string(least) + " and " + std::to_string(most));
        return value;
    }

    int readInt() { return static_cast<int>(readLong(INT32_MIN, INT32_MAX)); }
    int readInt(int least, int most, const std::string &name = "") {
        return static_cast<int>(readLong(least, most, name));
    }

    double readDouble() {
        const std::string token = readToken();
        char *end = nullptr;
        const double value = std::strtod(token.c_str(), &end);
        if (end != token.c_str() + token.size() || !std::isfinite(value))
            fail(_pe, "expected a number, found \"" + token.substr(0, 40) + "\"");
        return value;
    }

    [[noreturn]] void quitf(TResult result, const char *format, ...) {
        va_list given;
        va_start(given, format);
        std::string text = own::formatted(format, given);
        va_end(given);
        fail(result, text);
    }

  private:
    std::FILE *file = nullptr;
    bool is_jurys = false;
    bool is_strict = false;

    int peek() {
        if (file == nullptr) ::quit(_fail, "a stream was read that this program is not given");
        const int c = std::getc(file);
        if (c != EOF) std::ungetc(c, file);
        return c;
    }

    int take() { return std::getc(file); }

    void expect(int wanted, const std::string &name) {
        if (take() != wanted) fail(_pe, "expected " + name);
    }

    [[noreturn]] void fail(TResult result, const std::string &message) {
        ::quit(is_jurys ? _fail : result, message);
    }
};

inline InStream inf, ouf, ans;
inline std::fstream tout;

[[noreturn]] inline void quit(TResult result, const std::string &message) {
    TResult said = result;
    std::string text = message;
    // A checker accepts only an output that has been read to its end.
    if (own::mode == own::Mode::checker && result == _ok && !ouf.seekEof()) {
        said = _pe;
        text = "there is more after the answer";
    }
    const char *name = said == _ok   ? "ok "
                       : said == _wa ? "wrong answer "
                       : said == _pe ? "wrong output format "
                                     : "FAIL ";
    if (said != _points) std::fprintf(stderr, "%s", name);
    std::fprintf(stderr, "%s\n", text.c_str());
    if (tout.is_open()) tout.close();
    std::exit(said);
}

[[noreturn]] inline void quitp(double points, const char *format = "", ...) {
    va_list given;
    va_start(given, format);
    const std::string text = own::formatted(format, given);
    va_end(given);
    char number[64];
    std::snprintf(number, sizeof number, "%.6g", points);
    quit(_points, std::string("points ") + number + " " + text);
}

inline void ensuref(bool holds, const char *format, ...) {
    if (holds) return;
    va_list given;
    va_start(given, format);
    std::string text = own::formatted(format, given);
    va_end(given);
    quit(_fail, text);
}

inline void ensure(bool holds) { ensuref(holds, "a condition does not hold"); }

inline bool doubleCompare(double expected, double found, double most) {
    const double error = std::fabs(expected - found);
    return error <= most || error <= most * std::fabs(expected);
}

// Numbers that only the words of the command line decide.
class random_t {
  public:
    void seed(const std::vector<std::string> &from) {
        state = 0x9e3779b97f4a7c15ULL;
        for (const std::string &word : from) {
            for (const char c : word) step(static_cast<unsigned char>(c));
            step(256);
        }
    }

    // From 0 to n - 1.
    int next(int n) { return next(0, n - 1); }

    int next(int least, int most) { return static_cast<int>(next(static_cast<long long>(least), static_cast<long long>(most))); }

    long long next(long long least, long long most) {
        step(0);
        const std::uint64_t mixed = (state ^ (state >> 29)) * 0xbf58476d1ce4e5b9ULL;
        return least + static_cast<long long>((mixed >> 11) % static_cast<std::uint64_t>(most - least + 1));
    }

    double next() { return static_cast<double>(next(0LL, (1LL << 52) - 1)) / static_cast<double>(1LL << 52); }

  private:
    std::uint64_t state = 1;

    void step(std::uint64_t value) { state = (state ^ value) * 0x2545f4914f6cdd1dULL + 0x632be59bd9b4e019ULL; }
};

inline random_t rnd;

inline void registerTestlibCmd(int count, char *given[]) {
    own::mode = own::Mode::checker;
    if (count < 4) quit(_fail, "a checker is called with input, output and answer");
    inf.open(given[1], _fail, false);
    ouf.open(given[2], _wa, false);
    ans.open(given[3], _fail, false);
}

inline void registerInteraction(int count, char *given[]) {
    own::mode = own::Mode::interactor;
    if (count < 3) quit(_fail, "an interactor is called with input and output");
    inf.open(given[1], _fail, false);
    tout.open(given[2], std::ios::out | std::ios::trunc);
    if (!tout.is_open()) quit(_fail, "cannot write the interactor's output file");
    if (count > 3) ans.open(given[3], _fail, false);
    ouf.use(stdin, _wa, false);
}

inline void registerValidation(int = 0, char *[] = nullptr) {
    own::mode = own::Mode::validator;
    inf.use(stdin, _fail, true);
}

inline void registerGen(int count, char *given[], int = 1) {
    own::mode = own::Mode::generator;
    own::words.assign(given, given + count);
    rnd.seed(std::vector<std::string>(given + 1, given + count));
}

namespace own {

inline long long converted(const std::string &word, long long *) { return std::stoll(word); }
inline int converted(const std::string &word, int *) { return std::stoi(word); }
inline double converted(const std::string &word, double *) { return std::stod(word); }
inline std::string converted(const std::string &word, std::string *) { return word; }

}  // namespace own

// The word at a place of the command line, 1 being the first.
template <typename T> T opt(int place) {
    if (place < 1 || place >= static_cast<int>(own::words.size())) quit(_fail, "an argument is missing");
    return own::converted(own::words[static_cast<std::size_t>(place)], static_cast<T *>(nullptr));
}

// The value after -name, or in -name=value.
template <typename T> T opt(const std::string &name) {
    for (std::size_t i = 1; i < own::words.size(); i++) {
        const std::string word = own::words[i].substr(own::words[i].rfind("--", 0) == 0 ? 1 : 0);
        if (word == "-" + name && i + 1 < own::words.size()) return opt<T>(static_cast<int>(i) + 1);
        if (word.rfind("-" + name + "=", 0) == 0)
            return own::converted(word.substr(name.size() + 2), static_cast<T *>(nullptr));
    }
    quit(_fail, "the option -" + name + " is missing");
}

#endif
