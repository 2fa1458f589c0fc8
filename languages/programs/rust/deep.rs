use std::hint::black_box;
use std::io;

fn descend(depth: i32) -> i32 {
    let frame = black_box([depth; 24]);
    if depth == 0 { 0 } else { descend(depth - 1) + 1 + frame[1] - frame[0] }
}

fn main() {
    let mut line = String::new();
    io::stdin().read_line(&mut line).unwrap();
    let sum: i32 = line.split_whitespace().map(|word| word.parse::<i32>().unwrap()).sum();
    println!("{}", sum + descend(800_000) - 800_000);
}
