-module(main).
-export([main/0]).

descend(0) -> 0;
descend(Depth) -> descend(Depth - 1) + 1.

main() ->
    {ok, [A, B]} = io:fread("", "~d ~d"),
    io:format("~p~n", [A + B + descend(3000000) - 3000000]).
