# covers: F01 F02 F04 J14
# quick: yes
# expect: AC
# time_ms: 10000
# answer: safe 41723
# Looks for answers, inputs of other tests and what other submissions left: by name, by place, by content.
import os

given = input()
secret = str(41722 + 1).encode()
found = []
for folder, folders, files in os.walk("/"):
    if folder == "/":
        folders[:] = [name for name in folders if name not in ("proc", "usr")]
    for name in files:
        path = os.path.join(folder, name)
        if name.endswith((".ans", ".in")) or name in ("answer", "input", "saved"):
            found.append(path)
        try:
            if path != __file__ and os.path.isfile(path) and os.path.getsize(path) < 1 << 20 and secret in open(path, "rb").read():
                found.append(path)
        except OSError:
            pass
for path in ("/exchange", "/exchange/in", "/data", "/feedback/judgemessage.txt", "@CANARY@", "@CELLS@"):
    if os.path.exists(path):
        found.append(path)
print(found or "safe", secret.decode())
