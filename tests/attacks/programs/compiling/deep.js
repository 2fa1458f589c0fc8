// covers: G23
// expect: CE
// compile_ms: 5000
const x = @TIMES 100000 (@1@TIMES 100000 )@;
console.log("safe");
