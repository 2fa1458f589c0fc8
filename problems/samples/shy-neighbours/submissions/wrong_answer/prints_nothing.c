/* Has an idea, but says nothing. */
int main(void)
{
    return 0;
}
