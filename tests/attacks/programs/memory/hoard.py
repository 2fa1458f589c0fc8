# covers: B01
# expect: MLE RTE
# memory_mib: 64
hoard = []
while True:
    hoard.append(b"x" * (1 << 20) + bytes(len(hoard)))
