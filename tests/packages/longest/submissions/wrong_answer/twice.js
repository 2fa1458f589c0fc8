const letters = require("fs").readFileSync(0, "utf8").trim();
console.log(letters + letters[letters.length - 1]);
