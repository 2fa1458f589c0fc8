program count;
var
  a, b, i, steps: longint;
begin
  read(a, b);
  steps := 0;
  for i := 1 to 10000000 do
    steps := steps + 1;
  writeln(a + b + steps - 10000000);
end.
