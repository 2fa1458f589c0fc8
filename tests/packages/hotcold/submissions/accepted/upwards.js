const fs = require("fs");
const buffer = Buffer.alloc(100);
function line() {
  return buffer.toString("utf8", 0, fs.readSync(0, buffer)).trim();
}
const n = Number(line());
for (let guess = 1; guess <= n; guess++) {
  fs.writeSync(1, `${guess}\n`);
  if (line() === "found") break;
}
