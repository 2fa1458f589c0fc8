main :-
    read_line_to_string(user_input, Line),
    split_string(Line, " ", " ", Words),
    maplist([Word, Number]>>number_string(Number, Word), Words, Numbers),
    thread_self(Self),
    thread_create((sum_list(Numbers, Sum), thread_send_message(Self, Sum)), Thread),
    thread_get_message(Found),
    thread_join(Thread),
    writeln(Found).
