//! How much memory an input may take.

/// Runs `target`, which may hold at most `factor` bytes at a time for each byte of the input, and
/// make at most one allocation for each, beside a fixed amount.
pub(crate) fn bounded(input: &[u8], factor: u64, target: impl FnOnce()) {
    let used = allocation_counter::measure(target);
    let length = input.len() as u64;
    assert!(
        used.bytes_max <= 64 * 1024 + factor * length,
        "{length} bytes of input took {} bytes of memory",
        used.bytes_max
    );
    assert!(
        used.count_total <= 4 * 1024 + length,
        "{length} bytes of input took {} allocations",
        used.count_total
    );
}
