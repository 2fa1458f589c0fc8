# Right twice, wrong once, and then a crash, which is last.
n = int(input())
assert n < 10
print("yes" if n != 4 else "no")
