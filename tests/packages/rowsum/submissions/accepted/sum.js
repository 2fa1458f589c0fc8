const [n, ...row] = require("fs").readFileSync(0, "latin1").split(/\s+/).map(Number);
console.log(row.slice(0, n).reduce((sum, number) => sum + number, 0));
