const [a, b] = require('fs').readFileSync(0, 'utf8').split(/\s+/).map(Number);
let steps = 0;
for (let i = 0; i < 10000000; i++) steps += 1;
console.log(a + b + steps - 10000000);
