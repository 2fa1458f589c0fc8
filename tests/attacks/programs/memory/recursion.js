// covers: B02
// expect: RTE MLE
// time_ms: 1500
function deeper(depth) {
    return deeper(depth + 1) + depth;
}
console.log(deeper(0));
