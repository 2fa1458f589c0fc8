const [what, word] = require("fs").readFileSync(0, "utf8").split(/\s+/);
console.log(what === "hide" ? word.toUpperCase() : "apple");
