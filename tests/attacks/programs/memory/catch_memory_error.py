# covers: B22
# expect: MLE TLE
# memory_mib: 64
# Goes on for ever, whatever it is refused.
hoard = []
while True:
    try:
        hoard.append(bytearray(1 << 20))
        hoard[-1][:] = b"x" * (1 << 20)
    except MemoryError:
        pass
