"""A checker with a header like testlib.h: as many standard headers, functions and templates, and as long."""

from __future__ import annotations

from judge.models import Source, SourceFile

_STANDARD = (
    *("algorithm", "cctype", "climits", "cmath", "cstdio", "cstdlib", "cstring", "fcntl.h", "fstream", "iostream"),
    *("limits", "map", "set", "sstream", "stdarg.h", "stdexcept", "string", "unistd.h", "vector"),
)
_FUNCTIONS = 330
_TEMPLATES = 60
_FUNCTION = """\
static inline std::string read_{n}(std::istream &in, const std::string &name, int low, int high) {{
    std::string word;
    if (!(in >> word)) throw std::runtime_error("no " + name);
    std::vector<int> found;
    for (char letter : word) if (letter >= low && letter <= high) found.push_back(letter - {n});
    std::sort(found.begin(), found.end());
    std::ostringstream out;
    for (int value : found) out << value << ' ';
    return out.str();
}}
"""
_TEMPLATE = """\
template <typename T> struct Range_{n} {{
    std::map<T, std::vector<T>> values;
    void add(const T &key, const T &value) {{ values[key].push_back(value); }}
    T sum(const T &key) {{ T found{{}}; for (const T &value : values[key]) found += value; return found; }}
}};
"""
_CHECKER = b"""\
#include "testlib.h"
int main(int, char **argv) {
    std::ifstream output(argv[1]), answer(argv[2]);
    Range_3<int> range;
    range.add(1, 2);
    return read_1(output, "output", 'a', 'z') == read_1(answer, "answer", 'a', 'z') ? range.sum(1) : 1;
}
"""


def checker(language_id: str) -> Source:
    """The checker, in that version of C++."""
    parts = [
        "#ifndef LIKE_TESTLIB_H\n#define LIKE_TESTLIB_H\n",
        *(f"#include <{name}>\n" for name in _STANDARD),
        *(_FUNCTION.format(n=number) for number in range(_FUNCTIONS)),
        *(_TEMPLATE.format(n=number) for number in range(_TEMPLATES)),
        "#endif\n",
    ]
    files = (
        SourceFile(name="check.cpp", content=_CHECKER),
        SourceFile(name="testlib.h", content="".join(parts).encode()),
    )
    return Source(language=language_id, files=files)
