def multiplier(distance):
    return {0: "1", 1: "0.5", 2: "2.5e-1"}.get(distance)
