use std::hint::black_box;
use std::io;

fn main() {
    let mut line = String::new();
    io::stdin().read_line(&mut line).unwrap();
    let sum: i32 = line.split_whitespace().map(|word| word.parse::<i32>().unwrap()).sum();
    let mut steps = 0;
    for _ in 0..10_000_000 {
        steps = black_box(steps + 1);
    }
    println!("{}", sum + steps - 10_000_000);
}
