//! The parameters in the order in which they are signed.

use std::cmp::Ordering;

use crate::Params;

/// Every distinct pair once, sorted by name and then by value.
#[derive(Debug)]
pub(super) struct SortedPairs<'a> {
    params: Option<&'a Params>,
    order: Vec<Entry>,
}

/// A pair's place in wire order, with the start of its name: most comparisons of names end within
/// eight bytes, and those then cost one comparison of integers.
#[derive(Debug, Clone, Copy)]
struct Entry {
    prefix: u64,
    index: u32,
}

impl<'a> SortedPairs<'a> {
    /// No pairs: only the URL is signed.
    pub(super) fn none() -> Self {
        Self {
            params: None,
            order: Vec::new(),
        }
    }

    /// Sorted by bytes, which for UTF-8 is the order of code points.
    pub(super) fn by_bytes(params: &'a Params) -> Self {
        let mut order: Vec<Entry> = (0..)
            .zip(params.name_prefixes())
            .map(|(index, prefix)| Entry { prefix, index })
            .collect();
        let full = |entry: &Entry| params.pair(entry.index as usize);
        order.sort_unstable_by(|a, b| a.prefix.cmp(&b.prefix).then_with(|| full(a).cmp(&full(b))));
        order.dedup_by(|a, b| a.prefix == b.prefix && full(a) == full(b));
        Self {
            params: Some(params),
            order,
        }
    }

    /// Sorted by UTF-16 units, as languages with such strings do; `None` if that is the order this
    /// has already.
    ///
    /// The two differ only where a character above U+FFFF meets one from U+E000 on.
    pub(super) fn by_utf16(&self) -> Option<Self> {
        let params = self.params?;
        let full = |entry: &Entry| params.pair(entry.index as usize);
        let compare = |a: &Entry, b: &Entry| {
            let ((a_name, a_value), (b_name, b_value)) = (full(a), full(b));
            utf16_order(a_name, b_name).then_with(|| utf16_order(a_value, b_value))
        };
        if self.order.is_sorted_by(|a, b| compare(a, b).is_le()) {
            return None;
        }
        let mut order = self.order.clone();
        order.sort_unstable_by(compare);
        Some(Self {
            params: Some(params),
            order,
        })
    }

    /// Name and value of each pair as one slice.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'a [u8]> {
        self.params.into_iter().flat_map(|params| {
            self.order
                .iter()
                .map(|entry| params.joined(entry.index as usize))
        })
    }
}

/// Compares two UTF-8 texts as their UTF-16 units would compare.
fn utf16_order(a: &[u8], b: &[u8]) -> Ordering {
    let rank = |byte: u8| match byte {
        // U+E000 to U+FFFF start with one of these and come after the surrogates.
        0xEE | 0xEF => byte + 0x10,
        _ => byte,
    };
    a.iter()
        .map(|&byte| rank(byte))
        .cmp(b.iter().map(|&byte| rank(byte)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn joined(params: &Params) -> Vec<u8> {
        SortedPairs::by_bytes(params)
            .iter()
            .collect::<Vec<_>>()
            .concat()
    }

    #[test]
    fn names_sort_before_values_and_equal_pairs_count_once() {
        let params = Params::from_form(b"ReasonCode=a&Reason=zzz&k=2&k=10&k=2&A=");
        assert_eq!(joined(&params), b"AReasonzzzReasonCodeak10k2");
    }

    #[test]
    fn many_equal_pairs_are_no_burden() {
        let form = "Body=x&".repeat(150_000);
        assert_eq!(joined(&Params::from_form(form.as_bytes())), b"Bodyx");
        let form = "=&".repeat(500_000);
        assert_eq!(joined(&Params::from_form(form.as_bytes())), b"");
    }

    proptest! {
        #[test]
        fn order_is_the_order_of_names_then_values(
            pairs in prop::collection::vec(("[a\0é]{0,10}", "[ab]{0,2}"), 0..40)
        ) {
            let mut expected = pairs.clone();
            expected.sort();
            expected.dedup();
            let expected: String = expected.into_iter().map(|(name, value)| name + &value).collect();
            prop_assert_eq!(joined(&Params::from_pairs(pairs)), expected.into_bytes());
        }

        #[test]
        fn utf16_order_is_the_order_of_units(a in ".{0,6}", b in ".{0,6}") {
            prop_assert_eq!(
                utf16_order(a.as_bytes(), b.as_bytes()),
                a.encode_utf16().cmp(b.encode_utf16())
            );
        }
    }
}
