// covers: G08
// quick: yes
// expect: CE
// Makes the compiler print tens of megabytes.
template <class T> struct L {
    L<T *> operator->() { return {}; }
};
int main() { return L<int>()->missing; }
