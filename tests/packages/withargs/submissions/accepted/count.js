const fs = require("fs");
const text = fs.readFileSync(0, "utf8") + fs.readFileSync("text.txt", "utf8");
console.log(text.split(process.argv[2]).length - 1);
