import threading

a, b = map(int, input().split())
sums = []
thread = threading.Thread(target=lambda: sums.append(a + b))
thread.start()
thread.join()
print(sums[0])
