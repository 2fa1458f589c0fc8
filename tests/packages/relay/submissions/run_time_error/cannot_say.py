if input() == "tell":
    while True:
        print("more", flush=True)
        if input() == "end":
            break
    print(1)
else:
    input()
    raise SystemExit(1)
