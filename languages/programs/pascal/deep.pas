program deep;
var
  a, b: longint;

function descend(depth: longint): longint;
var
  frame: array [0..11] of int64;
begin
  frame[depth mod 12] := depth;
  if depth = 0 then
    descend := 0
  else
    descend := descend(depth - 1) + 1 + frame[depth mod 12] - depth;
end;

begin
  read(a, b);
  writeln(a + b + descend(700000) - 700000);
end.
