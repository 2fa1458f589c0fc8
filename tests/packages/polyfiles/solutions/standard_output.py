with open("sum.in") as given:
    given.readline()
    print(sum(map(int, given.readline().split())))
