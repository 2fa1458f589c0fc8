/* Forgets to print. */
int main(void)
{
    return 0;
}
