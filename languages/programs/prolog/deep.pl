descend(0, 0) :- !.
descend(Depth, Found) :- Next is Depth - 1, descend(Next, Below), Found is Below + 1.

main :-
    read_line_to_string(user_input, Line),
    split_string(Line, " ", " ", Words),
    maplist([Word, Number]>>number_string(Number, Word), Words, Numbers),
    sum_list(Numbers, Sum),
    descend(1000000, Deep),
    Total is Sum + Deep - 1000000,
    writeln(Total).
