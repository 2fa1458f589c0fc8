program crash;
begin
  halt(3);
end.
