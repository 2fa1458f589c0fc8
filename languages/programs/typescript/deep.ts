declare function require(name: string): any;

function descend(depth: number): number {
  return depth === 0 ? 0 : descend(depth - 1) + 1;
}

const [a, b]: number[] = require('fs').readFileSync(0, 'utf8').split(/\s+/).map(Number);
console.log(a + b + descend(1000000) - 1000000);
