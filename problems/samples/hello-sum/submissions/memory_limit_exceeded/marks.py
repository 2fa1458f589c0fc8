# Keeps a gigabyte of tally marks beside the sum.
input()
total = sum(map(int, input().split()))
marks = [b"x" * (1 << 20) + b"%d" % i for i in range(1000)]
print(total + len(marks) - 1000)
