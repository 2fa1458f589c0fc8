import re
import sys

text = sys.stdin.read()
if not re.fullmatch(r"[1-9][0-9]{0,5}\n-?[0-9]+( -?[0-9]+)*\n", text):
    sys.exit("expected n and then n integers, in two lines")
n, *numbers = map(int, text.split())
if n != len(numbers) or any(abs(number) > 10**12 for number in numbers):
    sys.exit("wrong count, or a number out of range")
sys.exit(42)
