const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');

if (isMainThread) {
  const numbers = require('fs').readFileSync(0, 'utf8').trim().split(/\s+/).map(Number);
  let sum = 0;
  let running = numbers.length;
  for (const number of numbers) {
    new Worker(__filename, { workerData: number }).on('message', (value) => {
      sum += value;
      running -= 1;
      if (running === 0) console.log(sum);
    });
  }
} else {
  parentPort.postMessage(workerData);
}
