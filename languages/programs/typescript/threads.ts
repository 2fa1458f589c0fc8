declare function require(name: string): any;
declare const __filename: string;

const threads = require('worker_threads');

if (threads.isMainThread) {
  const numbers: number[] = require('fs').readFileSync(0, 'utf8').trim().split(/\s+/).map(Number);
  const worker = new threads.Worker(__filename, { workerData: numbers });
  worker.on('message', (sum: number) => console.log(sum));
} else {
  const [a, b]: number[] = threads.workerData;
  threads.parentPort.postMessage(a + b);
}
