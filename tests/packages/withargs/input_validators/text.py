# Called with the arguments of the validator, then with those of the submission; the files stand beside it.
import pathlib
import re
import sys

*options, letter = sys.argv[1:]
longest = int(options[0].removeprefix("longest=")) if options else 100
text = sys.stdin.read() + pathlib.Path("text.txt").read_text()
sys.exit(42 if re.fullmatch("[a-z]", letter) and len(text) <= longest else 1)
