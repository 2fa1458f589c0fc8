# covers: G22
# expect: AC
# Changes Python for whoever runs in the same interpreter: only itself.
import builtins
import sys

sys.setrecursionlimit(10**6)
say = builtins.print
builtins.print = lambda *words: None
say("safe")
