import os
import sys

folder = sys.argv[3]
state = folder + "word.txt"


def end(text, code):
    with open(folder + "judgemessage.txt", "a") as message:
        message.write(text + "\n")
    sys.exit(code)


if not os.path.exists(state):
    word = open(sys.argv[1]).read().strip()
    print("tell", flush=True)
    for letter in word:
        if sys.stdin.readline() != "more\n":
            end("did not ask for more", 43)
        print(letter, flush=True)
    if sys.stdin.readline() != "more\n":
        end("did not ask for more", 43)
    print("end", flush=True)
    line = sys.stdin.readline()
    if not line.strip().isdigit() or len(line) > 50:
        end("no number", 43)
    with open(state, "w") as file:
        file.write(f"{word} {line}")
    with open(folder + "nextpass.in", "w") as file:
        file.write(line)
    end(f"kept as {line.strip()}", 42)
word, number = open(state).read().split()
print(f"say\n{number}", flush=True)
for letter in word:
    if sys.stdin.readline() != letter + "\n":
        end("another letter", 43)
    print("right", flush=True)
if sys.stdin.readline() != "end\n":
    end("goes on", 43)
end("said again", 42)
