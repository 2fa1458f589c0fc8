const fs = require("fs");
const words = fs.readFileSync(0, "latin1").split(/[ \t\r\n]+/).filter((word) => word !== "");
fs.writeSync(1, Buffer.from(words.reverse().join(" ") + "\n", "latin1"));
