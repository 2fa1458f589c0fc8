// Two off for the longest word.
const n = require("fs").readFileSync(0, "utf8").trim().length;
console.log(Math.min(n, 8));
