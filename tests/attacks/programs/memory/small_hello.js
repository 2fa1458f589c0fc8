// covers: B23 C13
// expect: AC
// memory_mib: 64
// times: 3
console.log("safe");
