n = int(input())
print(n, flush=True)
input()
raise SystemExit(3)
