void main()
{
    throw new Exception("crash");
}
