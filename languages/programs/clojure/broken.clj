(println (+ (read) (read))
