main :- throw(crash).
