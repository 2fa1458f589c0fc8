input()
print(sum(map(int, input().split())), "in all")
