# covers: D01
# expect: OLE
while True:
    print("x" * 65536)
