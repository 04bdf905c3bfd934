//! [`Random`]: chance that can be repeated.

use uuid::Builder;

/// A seeded generator of SIDs, tokens and choices.
///
/// The same seed gives the same values on every machine and in every version, which no general
/// purpose generator promises. It is `SplitMix64`: quick, evenly spread, and no secret.
///
/// # Examples
/// ```
/// use crm::simulate::Random;
///
/// assert_eq!(Random::new(7).sid("SM"), Random::new(7).sid("SM"));
/// assert_ne!(Random::new(7).sid("SM"), Random::new(8).sid("SM"));
/// ```
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

/// 2⁶⁴ divided by the golden ratio: the step of `SplitMix64`.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    /// A generator that starts at `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// One of many independent generators of the same seed.
    ///
    /// Scenario 12 of a run draws from its own stream, so its contents do not depend on how many
    /// others run beside it.
    #[must_use]
    pub fn stream(seed: u64, index: u64) -> Self {
        let mut base = Self::new(seed);
        let mut stream = Self::new(base.number() ^ index.wrapping_mul(0xd1b5_4a32_d192_ed03));
        Self::new(stream.number())
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to and without `end`; 0 if `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        let product = u128::from(self.number()) * end as u128;
        (product >> 64) as usize
    }

    /// Whether something with a chance of `percent` in 100 happens.
    pub fn chance(&mut self, percent: u8) -> bool {
        self.below(100) < usize::from(percent)
    }

    /// One of the entries.
    ///
    /// # Panics
    /// If there is none.
    pub fn pick<'a, T>(&mut self, entries: &'a [T]) -> &'a T {
        &entries[self.below(entries.len())]
    }

    /// Brings the entries into any order, each as likely as the others.
    pub fn shuffle<T>(&mut self, entries: &mut [T]) {
        for last in (1..entries.len()).rev() {
            entries.swap(last, self.below(last + 1));
        }
    }

    /// A SID: the prefix and 32 hexadecimal digits.
    pub fn sid(&mut self, prefix: &str) -> String {
        format!("{prefix}{:016x}{:016x}", self.number(), self.number())
    }

    /// A token that looks like those of `I-Twilio-Idempotency-Token`.
    pub fn token(&mut self) -> String {
        let bytes = u128::from(self.number()) << 64 | u128::from(self.number());
        Builder::from_random_bytes(bytes.to_be_bytes())
            .into_uuid()
            .to_string()
    }
}

#[cfg(test)]
mod tests {
    use twilio_hooks::MessageSid;

    use super::*;

    #[test]
    fn the_first_numbers_are_those_of_splitmix64() {
        let mut random = Random::new(1_234_567);
        assert_eq!(random.number(), 6_457_827_717_110_365_317);
        assert_eq!(random.number(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn sids_are_well_formed_and_streams_differ() {
        let mut sids: Vec<String> = (0..1000)
            .map(|index| Random::stream(3, index).sid("SM"))
            .collect();
        assert!(
            sids.iter()
                .all(|sid| MessageSid::from(&**sid).is_well_formed())
        );
        sids.sort();
        sids.dedup();
        assert_eq!(sids.len(), 1000);
    }

    #[test]
    fn chances_are_kept_and_shuffling_loses_nothing() {
        let mut random = Random::new(5);
        let hits = (0..10_000).filter(|_| random.chance(30)).count();
        assert!((2700..3300).contains(&hits), "{hits}");
        assert!((0..100).all(|_| random.chance(100) && !random.chance(0)));
        assert_eq!(random.below(0), 0);

        let mut entries: Vec<u32> = (0..50).collect();
        random.shuffle(&mut entries);
        assert_ne!(entries, (0..50).collect::<Vec<_>>());
        entries.sort_unstable();
        assert_eq!(entries, (0..50).collect::<Vec<_>>());
    }
}
