MODULE main;

VAR round: CARDINAL;

(* The compiler does not end where a loop that never ends has nothing in it. *)
BEGIN
  round := 0;
  LOOP
    round := (round + 1) MOD 1000
  END
END main.
