let rec descend depth = if depth = 0 then 0 else descend (depth - 1) + 1

let () =
  Scanf.scanf " %d %d" (fun a b ->
      Printf.printf "%d\n" (a + b + descend 5_000_000 - 5_000_000))
