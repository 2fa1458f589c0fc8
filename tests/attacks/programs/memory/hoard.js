// covers: B01
// expect: MLE RTE
// memory_mib: 64
// time_ms: 2500
// Outside of the heap that V8 watches.
const hoard = [];
for (;;) hoard.push(Buffer.alloc(1 << 20, 1));
