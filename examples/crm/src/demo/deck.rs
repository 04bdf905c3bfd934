//! [`Deck`]: entries in any order, each once before one comes again.

use crate::simulate::Random;

#[derive(Debug, Clone)]
pub(super) struct Deck<T: 'static> {
    all: &'static [T],
    left: Vec<T>,
}

impl<T: Copy> Deck<T> {
    pub(super) fn new<const N: usize>(all: &'static [T; N]) -> Self {
        const { assert!(N > 0, "something has to be drawn") };
        let left = Vec::new();
        Self { all, left }
    }

    pub(super) fn draw(&mut self, random: &mut Random) -> T {
        if self.left.is_empty() {
            self.left = self.all.to_vec();
            random.shuffle(&mut self.left);
        }
        self.left.pop().unwrap_or(self.all[0])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_deck_gives_all_before_it_repeats() {
        const ALL: [u32; 5] = [1, 2, 3, 4, 5];
        let (mut deck, mut random) = (Deck::new(&ALL), Random::new(1));
        let drawn: HashSet<_> = ALL.iter().map(|_| deck.draw(&mut random)).collect();
        assert_eq!(drawn.len(), ALL.len());
    }
}
