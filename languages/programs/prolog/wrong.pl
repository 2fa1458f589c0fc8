main :- writeln(41).
