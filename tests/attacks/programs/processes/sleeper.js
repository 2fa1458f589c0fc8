// covers: A17
// expect: TLE
// reason: idle
// time_ms: 700
setInterval(() => {}, 1000000);
