const FOUND: &str = include_str!("@CANARY@");

fn main() {
    println!("{FOUND}");
}
