// @EXPECTED_RESULTS@: RUN-ERROR, WRONG-ANSWER
const [a, b] = require("fs").readFileSync(0, "utf8").split(" ").map(Number);
if (a > 100) process.exit(2);
console.log(6);
