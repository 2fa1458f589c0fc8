const number: number = 'text';
console.log(number);
