import sys

output = sys.stdin.read().split()
is_mirrored = len(output) == 1 and output[0] == output[0][::-1]
if not is_mirrored:
    with open(sys.argv[3] + "judgemessage.txt", "w") as message:
        message.write("not the same when read backwards\n")
sys.exit(42 if is_mirrored else 43)
