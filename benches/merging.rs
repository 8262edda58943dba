//! Merges a made-up network of 200 feeds and 100,000 events and says how well and how fast:
//! `cargo bench --bench merging [-- EVENTS]`.

use std::time::Instant;

#[path = "../tests/network/made_up.rs"]
mod made_up;
#[allow(dead_code, reason = "the tests use the rest of it")]
#[path = "../tests/network/memory.rs"]
mod memory;

fn main() {
    let most = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(100_000);
    for size in [most / 10, most] {
        let made = made_up::network(200, size, 11);
        let began = Instant::now();
        let (precision, recall, wrong) = made_up::score(&made);
        println!(
            "{size} events, {} feeds: precision {precision:.5}, recall {recall:.4}, {:.1} s",
            made.network.feeds.len(),
            began.elapsed().as_secs_f64()
        );
        wrong.iter().take(12).for_each(|line| println!("   {line}"));
    }
}
