# Only a run that sees what another one wrote could be right.
import os
import sys

if os.path.exists("/work/left.txt") or os.path.exists("left.txt"):
    print((sys.stdin.read() + open("text.txt").read()).count(sys.argv[1]))
open("left.txt", "w").write("here")
