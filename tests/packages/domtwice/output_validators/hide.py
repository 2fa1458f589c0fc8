# First pass: the submission hides a word; second pass: it finds it again in what it wrote.
import os
import sys

input_path, _, folder, *_ = sys.argv[1:]
words = open(input_path).read().split()
output = sys.stdin.read().split()
state = os.path.join(folder, "first_pass.txt")


def judged(text, code):
    with open(os.path.join(folder, "judgemessage.txt"), "a") as message:
        message.write(text + "\n")
    sys.exit(code)


if not os.path.exists(state):
    if len(output) != 1 or words[1] in output[0]:
        judged("the word is not hidden", 43)
    with open(state, "w") as file:
        file.write(words[1])
    with open(os.path.join(folder, "nextpass.in"), "w") as file:
        file.write(f"find {output[0]}\n")
    judged(f"hidden as {output[0]}", 42)
if output != [open(state).read()]:
    judged("found something else", 43)
judged("found again", 42)
