# covers: C01
# expect: TLE
while True:
    pass
