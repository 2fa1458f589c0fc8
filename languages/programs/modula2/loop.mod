MODULE main;

FROM SWholeIO IMPORT ReadInt, WriteInt;
FROM STextIO IMPORT WriteLn;

VAR a, b, step, steps: INTEGER;

BEGIN
  ReadInt (a);
  ReadInt (b);
  steps := 0;
  FOR step := 1 TO 10000000 DO
    steps := steps + 1
  END;
  WriteInt (a + b + steps - 10000000, 1);
  WriteLn
END main.
