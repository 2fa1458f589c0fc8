a = require("fs").readFileSync(0) + "";
console.log(a + a);
