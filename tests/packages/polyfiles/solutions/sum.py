with open("sum.in") as given, open("sum.out", "w") as said:
    given.readline()
    print(sum(map(int, given.readline().split())), file=said)
