program sort;
{$APPTYPE CONSOLE}
begin
end.
