//! [`Segments`]: how Twilio cuts a text into SMS, and what that depends on.
//!
//! A text whose characters are all in [GSM-7](https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding)
//! takes 160 of them in one SMS, or 153 in each of several; those of its extension table count twice. One other
//! character, and all of the text goes as [UCS-2](https://www.twilio.com/docs/glossary/what-is-ucs-2-character-encoding):
//! 70 in one, 67 in each of several, and characters beyond U+FFFF count twice. A character that
//! counts twice is never cut: it moves to the next segment as a whole.

use serde::Serialize;
use utoipa::ToSchema;

/// How long a text may be, in UTF-16 units, as Twilio counts.
pub const MAX_BODY: usize = 1600;

/// The basic table, without the escape.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// What follows an escape, and so counts twice.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// How the characters of a text are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub enum Encoding {
    /// Seven bits each.
    #[serde(rename = "GSM-7")]
    Gsm7,
    /// Sixteen bits each.
    #[serde(rename = "UCS-2")]
    Ucs2,
}

impl Encoding {
    /// How many units fit into one segment alone, and into each of several.
    fn capacity(self) -> (usize, usize) {
        match self {
            Self::Gsm7 => (160, 153),
            Self::Ucs2 => (70, 67),
        }
    }

    fn units(self, character: char) -> usize {
        match self {
            Self::Gsm7 => gsm7_units(character).unwrap_or(1),
            Self::Ucs2 => character.len_utf16(),
        }
    }
}

/// A character, and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Culprit {
    /// The character.
    pub character: char,
    /// How many characters come before it.
    pub position: usize,
}

/// What becomes of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segments {
    /// How it is written.
    pub encoding: Encoding,
    /// How many SMS it takes; 0 for an empty text.
    pub count: usize,
    /// How many units of its encoding it has.
    pub units: usize,
    /// How many more units fit without another SMS.
    pub left: usize,
    /// The first character that GSM-7 lacks: without it and its like, more would fit.
    pub culprit: Option<Culprit>,
}

impl Segments {
    /// Counts a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let culprit = text
            .chars()
            .enumerate()
            .find(|(_, character)| gsm7_units(*character).is_none())
            .map(|(position, character)| Culprit {
                character,
                position,
            });
        let encoding = match culprit {
            None => Encoding::Gsm7,
            Some(_) => Encoding::Ucs2,
        };
        let (alone, each) = encoding.capacity();
        let units = text
            .chars()
            .map(|character| encoding.units(character))
            .sum();
        let (count, left) = if units <= alone {
            (usize::from(units > 0), alone - units)
        } else {
            pack(text, encoding, each)
        };
        Self {
            encoding,
            count,
            units,
            left,
            culprit,
        }
    }
}

/// Fills segments one after the other; gives their number, and what is left in the last one.
fn pack(text: &str, encoding: Encoding, each: usize) -> (usize, usize) {
    text.chars()
        .map(|character| encoding.units(character))
        .fold((1, each), |(count, left), units| {
            if units <= left {
                (count, left - units)
            } else {
                (count + 1, each - units)
            }
        })
}

/// How long a text is, as the limit of 1600 has it.
#[must_use]
pub fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

fn gsm7_units(character: char) -> Option<usize> {
    if BASIC.contains(character) {
        Some(1)
    } else if EXTENSION.contains(character) {
        Some(2)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> (Encoding, usize, usize) {
        let segments = Segments::of(text);
        (segments.encoding, segments.count, segments.left)
    }

    #[test]
    fn the_alphabet_has_128_places_one_of_them_the_escape() {
        let mut all: Vec<char> = BASIC.chars().collect();
        assert_eq!(all.len(), 127);
        all.extend(EXTENSION.chars());
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 137);
    }

    #[test]
    fn a_text_of_gsm_7_fits_160_alone_and_153_in_each_of_several() {
        assert_eq!(count(""), (Encoding::Gsm7, 0, 160));
        assert_eq!(count("a"), (Encoding::Gsm7, 1, 159));
        assert_eq!(count(&"a".repeat(160)), (Encoding::Gsm7, 1, 0));
        assert_eq!(count(&"a".repeat(161)), (Encoding::Gsm7, 2, 145));
        assert_eq!(count(&"ß".repeat(306)), (Encoding::Gsm7, 2, 0));
        assert_eq!(count(&"é".repeat(307)), (Encoding::Gsm7, 3, 152));
        assert_eq!(count(&"a".repeat(1600)), (Encoding::Gsm7, 11, 83));
    }

    #[test]
    fn the_extension_table_counts_twice_and_is_not_cut() {
        assert_eq!(count(&"€".repeat(80)), (Encoding::Gsm7, 1, 0));
        // 76 of them fill 152 of 153 places; the next one needs two.
        assert_eq!(count(&"€".repeat(81)), (Encoding::Gsm7, 2, 143));
        assert_eq!(Segments::of("[~]").units, 6);
    }

    #[test]
    fn one_other_character_makes_all_of_it_ucs_2() {
        let text = format!("{}ł", "a".repeat(69));
        assert_eq!(count(&text), (Encoding::Ucs2, 1, 0));
        assert_eq!(count(&format!("{text}a")), (Encoding::Ucs2, 2, 63));
        let culprit = Segments::of(&text).culprit.unwrap();
        assert_eq!((culprit.character, culprit.position), ('ł', 69));
        // Word processors write this apostrophe.
        assert_eq!(Segments::of("It’s").culprit.unwrap().position, 2);
        assert_eq!(Segments::of("It's").culprit, None);
        // Small c with cedilla is not in the table, the capital one is.
        assert_eq!(Segments::of("Ç").encoding, Encoding::Gsm7);
        assert_eq!(Segments::of("ç").encoding, Encoding::Ucs2);
    }

    #[test]
    fn an_emoji_counts_twice_and_is_not_cut() {
        assert_eq!(count(&"😀".repeat(35)), (Encoding::Ucs2, 1, 0));
        // 33 of them fill 66 of 67 places.
        assert_eq!(count(&"😀".repeat(36)), (Encoding::Ucs2, 2, 61));
        assert_eq!(length("😀a"), 3);
    }

    /// Random texts of characters that are interesting here.
    fn texts() -> impl Iterator<Item = String> {
        const ALPHABET: [char; 8] = ['a', '€', 'ł', '😀', '\n', '[', 'Ω', '’'];
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        (0..2000).map(move |_| {
            let mut next = || {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state
            };
            let length = next() % 400;
            // Only the first ones of the alphabet, so that texts of GSM-7 come, too.
            let kinds = 1 + next() % ALPHABET.len() as u64;
            (0..length)
                .map(|_| ALPHABET[(next() % kinds) as usize])
                .collect()
        })
    }

    #[test]
    fn segments_are_neither_too_few_nor_wasted() {
        for text in texts() {
            let Segments {
                encoding,
                count,
                units,
                left,
                culprit,
            } = Segments::of(&text);
            assert_eq!(culprit.is_none(), encoding == Encoding::Gsm7);
            let (alone, each) = encoding.capacity();
            if units <= alone {
                assert_eq!(
                    (count, left),
                    (usize::from(!text.is_empty()), alone - units)
                );
                continue;
            }
            assert!(count >= units.div_ceil(each), "{text:?}");
            // Each but the last wastes one place at most.
            let wasted = count * each - left - units;
            assert!(wasted < count, "{text:?}");
            assert!(left < each);
            // As many plain characters as are said to be left take no further segment.
            let full = format!("{text}{}", "a".repeat(left));
            assert_eq!(Segments::of(&full).count, count, "{text:?}");
            assert_eq!(Segments::of(&format!("{full}a")).count, count + 1);
        }
    }
}
