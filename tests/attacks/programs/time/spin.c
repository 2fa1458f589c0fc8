// covers: C01
// quick: yes
// expect: TLE
int main(void)
{
    for (;;)
        ;
}
