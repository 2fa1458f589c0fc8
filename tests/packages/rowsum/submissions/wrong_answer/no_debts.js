const [n, ...row] = require("fs").readFileSync(0, "latin1").split(/\s+/).map(Number);
// Takes every number for positive.
console.log(row.slice(0, n).reduce((sum, number) => sum + Math.abs(number), 0));
