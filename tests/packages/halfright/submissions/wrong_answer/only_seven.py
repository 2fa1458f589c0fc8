# Right for the sample, and for one of the others.
n = int(input())
print("yes" if n in (7, 4, 9, 91, 97) else "no")
