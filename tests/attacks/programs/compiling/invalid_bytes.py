# covers: G30
# expect: CE
# Bytes that are no text in the encoding that they claim to be in.
print("safe@BYTE ff@@BYTE fe@")
