let () = print_endline "41"
