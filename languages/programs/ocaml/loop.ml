let () =
  Scanf.scanf " %d %d" (fun a b ->
      let steps = ref 0 in
      for _ = 1 to 10_000_000 do
        steps := Sys.opaque_identity (!steps + 1)
      done;
      Printf.printf "%d\n" (a + b + !steps - 10_000_000))
