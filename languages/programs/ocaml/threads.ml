let () =
  Scanf.scanf " %d %d" (fun a b ->
      let sum = Domain.spawn (fun () -> a + b) in
      Printf.printf "%d\n" (Domain.join sum))
