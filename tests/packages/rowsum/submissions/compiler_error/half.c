int main(void)
{
    return
