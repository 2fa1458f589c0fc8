"""Never makes a guess."""

while True:
    pass
