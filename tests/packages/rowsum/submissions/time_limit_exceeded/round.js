// Goes round for ever where it is given this number, and says nothing else.
const n = parseInt(require("fs").readFileSync(0, "utf8"));
while (n === 3);
