with Ada.Integer_Text_IO; use Ada.Integer_Text_IO;

procedure Main is
   function Descend (Depth : Integer) return Integer is
      Frame : array (0 .. 23) of Integer := (others => Depth) with Volatile;
   begin
      if Depth = 0 then
         return 0;
      end if;
      return Descend (Depth - 1) + 1 + Frame (Depth mod 24) - Depth;
   end Descend;

   A, B : Integer;
begin
   Get (A);
   Get (B);
   Put (A + B + Descend (700_000) - 700_000, Width => 0);
end Main;
