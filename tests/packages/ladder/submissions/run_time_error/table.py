# Has room for numbers up to 100 only.
input()
table = [False] * 201
for number in map(int, input().split()):
    table[number + 100] = True
print(sum(table))
