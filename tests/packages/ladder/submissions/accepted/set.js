const [n, ...row] = require("fs").readFileSync(0, "utf8").trim().split(/\s+/).map(Number);
console.log(new Set(row.slice(0, n)).size);
