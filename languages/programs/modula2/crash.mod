MODULE main;

BEGIN
  HALT (3)
END main.
