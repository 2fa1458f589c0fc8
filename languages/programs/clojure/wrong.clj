(println 41)
