MODULE main;

VAR a: INTEGER;

BEGIN
  a := "text"
END main.
