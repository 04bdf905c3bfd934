//! The word that was probably meant.

/// Longer words are not names of TwiML.
const LONGEST: usize = 40;

/// The candidate that needs the fewest changes of letters to become `word`, if they are few.
pub(super) fn closest(
    word: &str,
    candidates: impl IntoIterator<Item = &'static str>,
) -> Option<&'static str> {
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_ascii_lowercase();
    let most = match word.len() {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    let near = candidates.into_iter().filter_map(|candidate| {
        // Spares the work for nearly all of them.
        if word.len().abs_diff(candidate.len()) > most {
            return None;
        }
        let distance = distance(&word, &candidate.to_ascii_lowercase());
        (distance <= most).then_some((distance, candidate))
    });
    near.min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters have to be added, removed, replaced or swapped with the next.
fn distance(from: &str, to: &str) -> usize {
    let (from, to) = (from.as_bytes(), to.as_bytes());
    let mut before = vec![0; to.len() + 1];
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (row, &letter) in from.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, &other) in to.iter().enumerate() {
            let replaced = last[column] + usize::from(letter != other);
            let mut best = replaced.min(last[column + 1] + 1).min(next[column] + 1);
            let swapped =
                row > 0 && column > 0 && letter == to[column - 1] && from[row - 1] == other;
            if swapped {
                best = best.min(before[column - 1] + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut last, next);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_changes() {
        for (from, to, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("say", "say", 0),
            ("sya", "say", 1),
            ("gahter", "gather", 1),
            ("gathr", "gather", 1),
            ("gatherr", "gather", 1),
            ("gatter", "gather", 1),
            ("pause", "play", 4),
        ] {
            assert_eq!(distance(from, to), expected, "{from} {to}");
            assert_eq!(distance(to, from), expected, "{to} {from}");
        }
    }

    #[test]
    fn near_words_are_suggested_and_far_ones_not() {
        let closest = |word: &str| closest(word, ["Say", "Play", "Pause", "Gather", "numDigits"]);
        assert_eq!(closest("Sya"), Some("Say"));
        assert_eq!(closest("plai"), Some("Play"));
        assert_eq!(closest("Gahtre"), Some("Gather"));
        assert_eq!(closest("numberDigits"), None);
        assert_eq!(closest("numDigit"), Some("numDigits"));
        assert_eq!(closest("S"), None);
        assert_eq!(closest("Sparkle"), None);
        assert_eq!(closest(&"Gather".repeat(100)), None);
        assert_eq!(closest("Säy"), None);
    }
}
