//! Counts the allocations of the contestants written in Rust. `peers` runs it, because counting
//! slows allocations down and so must not be in the program that takes the time.
//!
//! Prints a line for each: task, name, allocations, bytes, with tabs between them.

use allocation_counter::AllocationInfo;
use twilio_hooks_peers::{Meter, in_rust};

#[derive(Default)]
struct Counter(AllocationInfo);

impl Meter for Counter {
    fn measure(&mut self, work: &mut dyn FnMut()) {
        self.0 = allocation_counter::measure(work);
    }

    fn report(&mut self, _nanoseconds: u64) {}
}

fn main() {
    for mut contestant in in_rust() {
        let mut counter = Counter::default();
        // What is set up at the first use does not count.
        (contestant.work)(1, &mut counter);
        (contestant.work)(1, &mut counter);
        println!(
            "{}\t{}\t{}\t{}",
            contestant.task.name(),
            contestant.name,
            counter.0.count_total,
            counter.0.bytes_total
        );
    }
}
