// covers: A06
// expect: TLE RTE MLE
// time_ms: 1500
// Threads without end.
const { Worker } = require("worker_threads");
for (let i = 0; i < 500; i++) new Worker("for (;;);", { eval: true });
