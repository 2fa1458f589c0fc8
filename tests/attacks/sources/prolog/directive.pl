:- catch(open('@CANARY@', read, Canary), _, fail), read_string(Canary, _, Found), print_message_lines(user_error, '', [Found-[]]), halt(1) ; true.

main :-
    read_line_to_string(user_input, Line),
    split_string(Line, " ", " ", Words),
    maplist([Word, Number]>>number_string(Number, Word), Words, Numbers),
    sum_list(Numbers, Sum),
    writeln(Sum).
