a = Number(require("fs").readFileSync(0)) % 1e3;
console.log(a, a);
