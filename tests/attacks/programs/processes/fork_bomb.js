// covers: A01
// expect: TLE RTE MLE
// time_ms: 1500
// Starts itself again and again.
const { spawn } = require("child_process");
for (let i = 0; i < 4; i++) spawn(process.execPath, [__filename]).on("error", () => {});
setInterval(() => spawn(process.execPath, [__filename]).on("error", () => {}), 1);
