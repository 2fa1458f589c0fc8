const lines = require("fs").readFileSync(0, "utf8").split("\n");
const text = lines.slice(1, Number(lines[0]) + 1);
const width = Math.max(...text.map((line) => line.length));
const side = `+${"-".repeat(width + 2)}+`;
console.log(side);
for (const line of text) console.log(`| ${line.padEnd(width)} |`);
console.log(side);
