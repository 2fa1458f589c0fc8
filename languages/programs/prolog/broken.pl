main :- writeln("open
