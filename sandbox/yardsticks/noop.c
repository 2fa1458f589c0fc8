/* The least that a program can do. Static, so that what is measured is the sandbox and not the loader. */

int main(void)
{
    return 0;
}
