if input() == "tell":
    code = "1"
    while True:
        print("more", flush=True)
        letter = input()
        if letter == "end":
            break
        code += f"{ord(letter):03}"
    print(code)
else:
    code = input()[1:]
    for i in range(0, len(code), 3):
        print(chr(int(code[i : i + 3])), flush=True)
        assert input() == "right"
    print("end")
