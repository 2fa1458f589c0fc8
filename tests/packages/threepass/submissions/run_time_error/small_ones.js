const n = Number(require("fs").readFileSync(0));
if (n > 5) process.exit(1);
console.log(2 * n);
