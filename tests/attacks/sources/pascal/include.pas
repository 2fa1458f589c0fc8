program include;
begin
{$I @CANARY@}
end.
