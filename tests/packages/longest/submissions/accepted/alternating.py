# 1 + 1000 letters, and at least 1000.
letters = input()
print((letters[:2] * 1000)[:1000] if len(letters) > 1 else letters)
