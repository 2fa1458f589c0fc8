// Cannot stop talking.
const fs = require("fs");
const line = "and so on ".repeat(1000) + "\n";
for (;;) fs.writeSync(1, line);
