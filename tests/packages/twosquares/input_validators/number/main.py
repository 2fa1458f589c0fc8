import sys

from limits import LIMIT

sys.exit(42 if 1 <= int(sys.stdin.read()) <= LIMIT else 43)
