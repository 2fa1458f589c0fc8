@_silgen_name("found") func found()
#sourceLocation(file: "@CANARY@", line: 1)
let number: Int = "text"
