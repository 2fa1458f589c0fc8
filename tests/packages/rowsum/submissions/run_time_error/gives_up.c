/* Ends with an error of its own. */
int main(void)
{
    return 3;
}
