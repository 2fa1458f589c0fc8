# Called as: language, entry point, feedback folder, and then how long a short submission is.
import os
import sys

language, entry_point, folder, short = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4].removeprefix("short="))
endings = {"c": (".c",), "cpp": (".cpp", ".cc"), "javascript": (".js",), "python3": (".py",)}[language]
sources = [name for name in os.listdir() if name.endswith(endings)]
text = b"".join(open(name, "rb").read() for name in sources)
with open(folder + "judgemessage.txt", "w") as message:
    message.write(f"{len(text)} bytes of {language}\n")
if not sources or b"goto" in text or len(text) > 2 * short:
    sys.exit(43)
with open(folder + "score_multiplier.txt", "w") as file:
    file.write("1.0\n" if len(text) <= short else "0.5\n")
sys.exit(42)
