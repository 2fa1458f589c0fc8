// covers: D01
// expect: OLE
// time_ms: 1500
const fs = require("fs");
for (;;) fs.writeSync(1, "x".repeat(65536) + "\n");
