//! Who writes and calls in a simulation, and what they say.

use super::numbers::{plain, sender};

/// The people of the demo; person `n` has the number of sender `n`.
pub(crate) const PEOPLE: [&str; 8] = [
    "Maya Lindqvist",
    "Tom Okafor",
    "Ana Ruiz",
    "Jonas Weber",
    "Priya Nair",
    "Sam Whitaker",
    "Chloé Martin",
    "Kenji Mori",
];

const FIRST: [&str; 16] = [
    "Alice", "Ben", "Carla", "David", "Elif", "Finn", "Grace", "Hugo", "Ines", "Jack", "Karin",
    "Leo", "Mina", "Noah", "Olga", "Paul",
];

const LAST: [&str; 15] = [
    "Adams", "Bauer", "Costa", "Diaz", "Evans", "Fischer", "Garcia", "Haddad", "Ito", "Jensen",
    "Kowalski", "Larsen", "Moreau", "Novak", "Osei",
];

/// What customers write.
pub(crate) const INCOMING: [&str; 16] = [
    "Hi, are you open on Saturday?",
    "Thanks, the parcel arrived this morning 🎉",
    "Could you move my appointment to Thursday at 3 pm?",
    "What does the annual plan cost for a team of five?",
    "I'm running ten minutes late, sorry!",
    "Please call me back when you have a minute.",
    "Do you also deliver to Oakland?",
    "Great service today, say thanks to Marco from me 🙂",
    "The invoice shows the old address. Can you send a new one?",
    "Is order 20817 on its way yet?",
    "Perfect, see you tomorrow at nine.",
    "My login code never arrived. Can you help?",
    "Can I still change the colour to dark green?",
    "Yes, that works for me.",
    "How long does the repair usually take?",
    "Here is the photo of the broken hinge you asked for.",
];

/// What the company writes.
pub(super) const OUTGOING: [&str; 8] = [
    "Your appointment is on Thursday at 3 pm. Reply C to cancel.",
    "Yes, we're open on Saturday from 10 to 4.",
    "Order 20817 left our warehouse today.",
    "Thanks for your patience: the new invoice is in your mailbox.",
    "Your repair is done, you can pick it up any time.",
    "We tried to call you. When is a good time?",
    "The annual plan is $240 for a team of five.",
    "Your table for four is reserved, see you tonight!",
];

/// The name of whoever has this address, or `None` if the address is none of a simulation's.
pub(super) fn name(address: &str) -> Option<String> {
    let number = plain(address);
    let digits = number
        .strip_prefix("+1")
        .filter(|digits| digits.len() == 10 && digits.get(3..7) == Some("5550"))?;
    let known = (0..PEOPLE.len()).find(|&index| sender(index) == number);
    if let Some(index) = known {
        return Some(PEOPLE[index].to_owned());
    }
    let number: usize = digits.parse().ok()?;
    let first = FIRST[number / 7 % FIRST.len()];
    Some(format!("{first} {}", LAST[number % LAST.len()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fictional_number_has_one_name() {
        assert_eq!(name(&sender(2)).unwrap(), "Ana Ruiz");
        assert_eq!(name("whatsapp:+13035550110").unwrap(), "Kenji Mori");
        assert_eq!(name(&sender(500)), name(&sender(500)));
        assert!(name(&sender(40_000)).is_some());
        for other in ["+442079460123", "+12025551234", "12345", ""] {
            assert_eq!(name(other), None);
        }
    }
}
