# covers: G22
# expect: AC RTE
# Files that are called like the modules that finding mistakes takes.
print("safe")
