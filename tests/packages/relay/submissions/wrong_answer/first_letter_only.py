if input() == "tell":
    letters = []
    while not letters or letters[-1] != "end":
        print("more", flush=True)
        letters.append(input())
    print(ord(letters[0]))
else:
    print(chr(int(input())), flush=True)
    input()
    print("end")
