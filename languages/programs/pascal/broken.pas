program broken;
var
  number: longint;
begin
  number := 'text';
end.
