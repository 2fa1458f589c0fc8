MODULE main;

FROM SWholeIO IMPORT ReadInt, WriteInt;
FROM STextIO IMPORT WriteLn;

TYPE
  Frame = ARRAY [0..23] OF INTEGER;
  Step = PROCEDURE (INTEGER): INTEGER;

VAR
  a, b: INTEGER;
  next: Step;

PROCEDURE Stay (depth: INTEGER): INTEGER;
BEGIN
  RETURN depth
END Stay;

PROCEDURE Descend (depth: INTEGER): INTEGER;
VAR frame: Frame;
BEGIN
  IF depth = 0 THEN
    RETURN 0
  END;
  frame[depth MOD 24] := depth;
  frame[(depth + 1) MOD 24] := next (depth - 1);
  RETURN frame[(depth + 1) MOD 24] + 1 + frame[depth MOD 24] - depth
END Descend;

BEGIN
  ReadInt (a);
  ReadInt (b);
  (* Which one it is nobody knows before, so that the compiler makes no loop of it. *)
  IF a = 1000000 THEN
    next := Stay
  ELSE
    next := Descend
  END;
  WriteInt (a + b + Descend (700000) - 700000, 1);
  WriteLn
END main.
