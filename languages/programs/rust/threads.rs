use std::io;
use std::thread;

fn main() {
    let mut line = String::new();
    io::stdin().read_line(&mut line).unwrap();
    let sum = thread::spawn(move || line.split_whitespace().map(|word| word.parse::<i32>().unwrap()).sum::<i32>());
    println!("{}", sum.join().unwrap());
}
