// covers: F08
// expect: RTE
// reason: exit code
// each: 1 42 137
console.log("safe");
process.exitCode = @EACH@;
