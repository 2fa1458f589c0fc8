import codecs

what, word = input().split()
print(codecs.encode(word, "rot13"))
