MODULE main;

FROM STextIO IMPORT WriteString, WriteLn;

BEGIN
  WriteString ("41");
  WriteLn
END main.
