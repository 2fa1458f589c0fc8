with Ada.Integer_Text_IO; use Ada.Integer_Text_IO;

procedure Main is
   A, B  : Integer;
   Steps : Integer := 0 with Volatile;
begin
   Get (A);
   Get (B);
   for Step in 1 .. 10_000_000 loop
      Steps := Steps + 1;
   end loop;
   Put (A + B + Steps - 10_000_000, Width => 0);
end Main;
