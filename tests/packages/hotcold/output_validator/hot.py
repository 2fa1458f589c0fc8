# Says after each guess whether it is nearer than the one before. Arguments: how many guesses there are.
import sys

secret, size = map(int, open(sys.argv[1]).read().split())
most = int(sys.argv[4]) if len(sys.argv) > 4 else 20


def end(text, code):
    with open(sys.argv[3] + "judgemessage.txt", "w") as message:
        message.write(text + "\n")
    sys.exit(code)


print(size, flush=True)
before = None
for asked in range(1, most + 1):
    line = sys.stdin.readline()
    try:
        guess = int(line)
    except ValueError:
        end(f"no number: {line.strip()[:20]!r}", 43)
    if not 1 <= guess <= size:
        end(f"out of range: {guess}", 43)
    if guess == secret:
        print("found", flush=True)
        end(f"found with guess {asked}", 42)
    distance = abs(guess - secret)
    print("start" if before is None else "hotter" if distance < before else "colder", flush=True)
    before = distance
end("too many guesses", 43)
