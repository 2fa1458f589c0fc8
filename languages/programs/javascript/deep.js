function descend(depth) {
  return depth === 0 ? 0 : descend(depth - 1) + 1;
}

const [a, b] = require('fs').readFileSync(0, 'utf8').split(/\s+/).map(Number);
console.log(a + b + descend(1000000) - 1000000);
