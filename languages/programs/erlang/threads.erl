-module(main).
-export([main/0]).

main() ->
    {ok, Numbers} = io:fread("", "~d ~d"),
    Self = self(),
    [spawn(fun() -> Self ! {number, Number} end) || Number <- Numbers],
    Sum = lists:sum([receive {number, Number} -> Number end || _ <- Numbers]),
    io:format("~p~n", [Sum]).
