// covers: C01
// expect: TLE
// A pattern that takes for ever to find that it does not match.
console.log(/^(a+)+$/.test("a".repeat(40) + "b"));
