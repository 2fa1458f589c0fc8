println 41
