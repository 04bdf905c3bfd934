//! A day at the office in fast motion: endless small stories for `crm demo`.

use std::{convert::Infallible, ops::RangeInclusive, time::Duration};

use jiff::Timestamp;
use twilio_hooks::AccountSid;

use super::{
    Answer, CallOutcome, Client, MessageOutcome, Origin, Random, Scenario,
    numbers::sender,
    people::{INCOMING, OUTGOING, PEOPLE},
};

/// Something that happens to a company with a phone: a text, a call, a reply that is delivered.
#[derive(Debug, Clone)]
pub struct Story {
    description: String,
    scenario: Scenario,
}

impl Story {
    /// The story in one line, such as `Ana Ruiz calls and talks for 48 s`.
    #[must_use]
    pub fn describe(&self) -> &str {
        &self.description
    }

    /// The webhooks of the story.
    #[must_use]
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }
}

/// Endless stories of eight people and one line. The same seed gives the same stories.
///
/// # Examples
/// ```
/// use crm::simulate::demo::Stories;
/// use jiff::Timestamp;
///
/// let mut stories = Stories::new("AC000000000000000000000000000000a1", "+12025550100", 1);
/// let story = stories.tell(Timestamp::UNIX_EPOCH);
/// assert!(!story.scenario().steps.is_empty());
/// ```
#[derive(Debug, Clone)]
pub struct Stories {
    account_sid: AccountSid,
    line: String,
    random: Random,
    kinds: Deck<Kind>,
    people: Deck<&'static str>,
    incoming: Deck<&'static str>,
    outgoing: Deck<&'static str>,
}

/// What a story is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Text,
    Reply,
    Call,
    RecordedCall,
}

/// Ten stories: how often each kind comes.
const KINDS: [Kind; 10] = {
    use Kind::{Call, RecordedCall, Reply, Text};
    [
        Text,
        Text,
        Text,
        Text,
        Reply,
        Reply,
        Reply,
        Call,
        Call,
        RecordedCall,
    ]
};

impl Stories {
    /// Stories about the number `line` of an account.
    pub fn new(account_sid: impl Into<AccountSid>, line: impl Into<String>, seed: u64) -> Self {
        Self {
            account_sid: account_sid.into(),
            line: line.into(),
            random: Random::new(seed),
            kinds: Deck::new(&KINDS),
            people: Deck::new(&PEOPLE),
            incoming: Deck::new(&INCOMING),
            outgoing: Deck::new(&OUTGOING),
        }
    }

    /// The next story, which happens at `now`.
    pub fn tell(&mut self, now: Timestamp) -> Story {
        let kind = self.kinds.draw(&mut self.random);
        let name = self.people.draw(&mut self.random);
        let person = PEOPLE.iter().position(|other| *other == name);
        let number = sender(person.unwrap_or_default());
        let chance = Random::new(self.random.number());
        let mut origin = Origin::new(self.account_sid.clone(), chance, now);
        let (description, scenario) = match kind {
            Kind::Text => self.text(&mut origin, name, &number),
            Kind::Reply => self.reply(&mut origin, name, &number),
            Kind::Call => self.call(&mut origin, name, &number),
            Kind::RecordedCall => self.recorded_call(&mut origin, name, &number),
        };
        Story {
            description,
            scenario,
        }
    }

    fn text(&mut self, origin: &mut Origin, name: &str, number: &str) -> (String, Scenario) {
        let body = self.incoming.draw(&mut self.random);
        // One in four prefers WhatsApp; the CRM knows both as one contact.
        let (app, channel) = match self.random.chance(25) {
            true => ("whatsapp:", "writes on WhatsApp"),
            false => ("", "texts"),
        };
        let (from, to) = (format!("{app}{number}"), format!("{app}{}", self.line));
        let media = usize::from(body.contains("photo"));
        let scenario = Scenario::incoming_mms(origin, &from, &to, body, media);
        (format!("{name} {channel}: {body}"), scenario)
    }

    fn reply(&mut self, origin: &mut Origin, name: &str, number: &str) -> (String, Scenario) {
        let body = self.outgoing.draw(&mut self.random);
        let (outcome, end) = match self.random.below(8) {
            0 => (MessageOutcome::Undelivered(30003), "is not delivered"),
            1 => (MessageOutcome::Failed(30006), "fails"),
            _ => (MessageOutcome::Delivered, "is delivered"),
        };
        let scenario = Scenario::outgoing_sms(origin, &self.line, number, body, outcome);
        (format!("A text to {name} {end}: {body}"), scenario)
    }

    fn call(&mut self, origin: &mut Origin, name: &str, number: &str) -> (String, Scenario) {
        let seconds = self.seconds();
        let (outcome, end) = match self.random.below(4) {
            0 => (CallOutcome::NoAnswer, "; nobody answers".to_owned()),
            1 => (CallOutcome::Busy, "; the line is busy".to_owned()),
            _ => (
                CallOutcome::Completed { seconds },
                format!(" and talks for {seconds} s"),
            ),
        };
        let scenario = Scenario::incoming_call(origin, number, &self.line, outcome);
        (format!("{name} calls{end}"), scenario)
    }

    fn recorded_call(
        &mut self,
        origin: &mut Origin,
        name: &str,
        number: &str,
    ) -> (String, Scenario) {
        let seconds = self.seconds();
        let scenario = Scenario::recorded_call(origin, number, &self.line, seconds);
        let description = format!("{name} calls; {seconds} s are recorded");
        (description, scenario)
    }

    fn seconds(&mut self) -> u32 {
        15 + self.random.below(180) as u32
    }
}

/// The stories as they happen.
impl Iterator for Stories {
    type Item = Story;

    fn next(&mut self) -> Option<Story> {
        Some(self.tell(Timestamp::now()))
    }
}

/// The pauses of [`play`].
#[derive(Debug, Clone)]
pub struct Pauses {
    /// Between two stories: any time in this range.
    pub stories: RangeInclusive<Duration>,
    /// Between two webhooks of one story.
    pub steps: Duration,
}

/// A few seconds between stories and one second inside.
impl Default for Pauses {
    fn default() -> Self {
        Self {
            stories: Duration::from_secs(2)..=Duration::from_secs(6),
            steps: Duration::from_secs(1),
        }
    }
}

/// Plays stories to a server without end, so drop the future to stop it.
///
/// `told` gets each story after its last webhook, with the answers; a server that is away for a
/// while is no reason to stop.
pub async fn play(
    client: &Client,
    mut stories: Stories,
    pauses: Pauses,
    mut told: impl FnMut(&Story, &[Answer]),
) -> Infallible {
    loop {
        let story = stories.tell(Timestamp::now());
        let mut answers = Vec::new();
        for step in &story.scenario.steps {
            if !answers.is_empty() {
                tokio::time::sleep(pauses.steps).await;
            }
            answers.push(client.send(step).await);
        }
        told(&story, &answers);

        let (least, most) = (*pauses.stories.start(), *pauses.stories.end());
        let spread = most.saturating_sub(least).as_millis() as usize;
        let more = Duration::from_millis(stories.random.below(spread + 1) as u64);
        tokio::time::sleep(least + more).await;
    }
}

/// Entries in any order, each once before one comes again.
#[derive(Debug, Clone)]
struct Deck<T: 'static> {
    all: &'static [T],
    left: Vec<T>,
}

impl<T: Copy> Deck<T> {
    fn new<const N: usize>(all: &'static [T; N]) -> Self {
        const { assert!(N > 0, "something has to be drawn") };
        let left = Vec::new();
        Self { all, left }
    }

    fn draw(&mut self, random: &mut Random) -> T {
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
    use crate::simulate::{SMS_INCOMING, SMS_STATUS, VOICE_INCOMING, VOICE_RECORDING};

    fn stories(seed: u64) -> Stories {
        Stories::new("AC1", "+12025550100", seed)
    }

    #[test]
    fn every_kind_of_story_is_told_and_told_again_alike() {
        let told = |seed| {
            let mut stories = stories(seed);
            (0..60).map(move |_| stories.tell(Timestamp::UNIX_EPOCH))
        };
        let paths: HashSet<_> = told(4)
            .take(KINDS.len())
            .flat_map(|story| story.scenario.steps)
            .map(|step| step.path)
            .collect();
        for path in [SMS_INCOMING, SMS_STATUS, VOICE_INCOMING, VOICE_RECORDING] {
            assert!(paths.contains(path), "{path}");
        }
        assert!(told(4).zip(told(4)).all(|(one, other)| {
            one.describe() == other.describe() && one.scenario == other.scenario
        }));
        assert!(told(4).all(|story| PEOPLE.iter().any(|name| story.describe().contains(name))));
    }

    #[test]
    fn a_deck_gives_all_before_it_repeats() {
        let (mut deck, mut random) = (Deck::new(&OUTGOING), Random::new(1));
        let drawn: HashSet<_> = OUTGOING.iter().map(|_| deck.draw(&mut random)).collect();
        assert_eq!(drawn.len(), OUTGOING.len());
    }
}
