// covers: G23
// expect: CE
console.log("safe"
