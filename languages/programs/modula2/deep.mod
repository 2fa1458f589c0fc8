MODULE main;

FROM SWholeIO IMPORT ReadInt, WriteInt;
FROM STextIO IMPORT WriteLn;

TYPE Frame = ARRAY [0..23] OF INTEGER;

VAR a, b: INTEGER;

PROCEDURE Descend (depth: INTEGER): INTEGER;
VAR frame: Frame;
BEGIN
  IF depth = 0 THEN
    RETURN 0
  END;
  frame[depth MOD 24] := depth;
  Fill (frame);
  RETURN Descend (depth - 1) + 1 + frame[depth MOD 24] - depth
END Descend;

(* Keeps the compiler from leaving the frame out. *)
PROCEDURE Fill (VAR frame: Frame);
BEGIN
  frame[0] := frame[0]
END Fill;

BEGIN
  ReadInt (a);
  ReadInt (b);
  WriteInt (a + b + Descend (1000000) - 1000000, 1);
  WriteLn
END main.
