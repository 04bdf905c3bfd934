//! [`State`]: where a call is in its [`Plan`], and [`next`]: where it goes from there.
//!
//! Pure functions over plain data: what the caller hears in a state is [`document`](super::document),
//! and the webhooks bring what happened. Every way through a plan ends: each turn of a forward comes
//! once, menus do not lead in circles, and prompts are counted.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    happened::{Happened, HappenedKind},
    plan::{Next, Plan},
};

/// How many prompts a caller hears at most, however often a key asks for one again.
const MAX_PROMPTS: u32 = 20;

/// A phone that rings for a shorter time can't be answered.
pub(super) const LEAST_RING: u32 = 5;

/// Messages that are shorter were not meant as one.
pub(super) const LEAST_MESSAGE: u32 = 2;

/// Where a call is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    /// What the caller does.
    pub at: Position,
    /// What is said before that.
    pub say: Vec<Words>,
    /// How many prompts the caller has heard.
    pub prompts: u32,
}

/// What the caller does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Position {
    /// Waits while phones ring, or talks.
    Ringing {
        /// Which of the plan's forwards.
        forward: usize,
        /// Which turn of it.
        turn: usize,
        /// For how many seconds they may ring in this turn.
        seconds: u32,
        /// How many seconds are left for later turns if nobody answers.
        left: u32,
    },
    /// Chooses.
    Menu {
        /// The menu.
        menu: Uuid,
        /// How often no key or a wrong one was pressed.
        tries: u32,
    },
    /// May leave a message.
    Voicemail,
    /// Nothing any more.
    Over(Ending),
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ending {
    /// The caller has talked with one of us.
    Talked,
    /// A message was left.
    LeftMessage,
    /// No message was left.
    NoMessage,
    /// The caller has heard what a key was for.
    Told,
    /// The caller hung up.
    Gone,
    /// The call was refused.
    Rejected,
}

impl Ending {
    /// Whether one of us should call back.
    #[must_use]
    pub(super) fn is_missed(self) -> bool {
        matches!(self, Self::LeftMessage | Self::NoMessage | Self::Gone)
    }
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Words {
    /// What the plan begins with.
    Greeting,
    /// Nobody has answered.
    Nobody,
    /// The key does nothing.
    Invalid(Uuid),
    /// No key was pressed.
    NoInput(Uuid),
    /// What a key says before the end.
    Told(super::Speech),
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    /// The phones of a turn have rung.
    Dialled {
        /// How it ended.
        outcome: DialOutcome,
        /// Which phone answered, by its place in the plan, if that is known.
        who: Option<usize>,
        /// How long they rang, in seconds.
        waited: u32,
        /// Whether the caller has hung up.
        gone: bool,
    },
    /// A key was pressed in a menu, or none.
    Key(Option<char>),
    /// The message was recorded, or nothing was.
    Recorded {
        /// How long it is, in seconds.
        seconds: Option<u32>,
        /// Whether the caller has hung up.
        gone: bool,
    },
    /// The caller hung up.
    Gone,
    /// Something came that does not belong here; the caller may leave a message.
    Lost,
}

/// How the phones of a turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DialOutcome {
    /// Somebody took the call.
    Answered,
    /// Somebody or something answered, and did not take it.
    NotAccepted,
    /// Nobody answered in time.
    NoAnswer,
    /// Busy.
    Busy,
    /// Could not be reached.
    Failed,
}

/// Where a call begins.
#[must_use]
pub(super) fn begin(plan: &Plan) -> (State, Vec<Happened>) {
    let state = State {
        at: Position::Voicemail,
        say: Vec::new(),
        prompts: 0,
    };
    let mut walk = Walk::new(plan, state);
    walk.say.push(Words::Greeting);
    walk.go(&plan.start);
    walk.end()
}

/// Where a call goes when something happened.
#[must_use]
pub(super) fn next(plan: &Plan, state: &State, event: &Event) -> (State, Vec<Happened>) {
    let mut walk = Walk::new(plan, state.clone());
    walk.happen(&state.at, event);
    walk.end()
}

/// The phones that ring in a state, by their places in the plan.
#[must_use]
pub(super) fn ringing<'p>(plan: &'p Plan, state: &State) -> &'p [usize] {
    match state.at {
        Position::Ringing { forward, turn, .. } => turn_of(plan, forward, turn),
        _ => &[],
    }
}

fn turn_of(plan: &Plan, forward: usize, turn: usize) -> &[usize] {
    let turns = plan.forwards.get(forward).map(|forward| &forward.turns);
    turns
        .and_then(|turns| turns.get(turn))
        .map_or(&[], Vec::as_slice)
}

struct Walk<'p> {
    plan: &'p Plan,
    at: Position,
    say: Vec<Words>,
    prompts: u32,
    happened: Vec<Happened>,
}

impl<'p> Walk<'p> {
    fn new(plan: &'p Plan, state: State) -> Self {
        Self {
            plan,
            at: state.at,
            say: Vec::new(),
            prompts: state.prompts,
            happened: Vec::new(),
        }
    }

    fn end(self) -> (State, Vec<Happened>) {
        let state = State {
            at: self.at,
            say: self.say,
            prompts: self.prompts,
        };
        (state, self.happened)
    }

    fn happen(&mut self, at: &Position, event: &Event) {
        match (at, event) {
            // What is over stays over.
            (Position::Over(_), _) => {}
            (
                Position::Ringing {
                    forward,
                    turn,
                    seconds,
                    left,
                },
                Event::Dialled {
                    outcome,
                    who,
                    waited,
                    gone,
                },
            ) => {
                let rung = turn_of(self.plan, *forward, *turn);
                let alone = rung.first().copied().filter(|_| rung.len() == 1);
                self.tell_outcome(*outcome, who.or(alone));
                if *outcome == DialOutcome::Answered {
                    self.over(Ending::Talked);
                } else if *gone {
                    self.gone();
                } else {
                    let spare = seconds.saturating_sub(*waited);
                    self.ring(*forward, turn + 1, left + spare);
                }
            }
            (Position::Menu { menu, tries }, Event::Key(key)) => self.choose(*menu, *tries, *key),
            (Position::Voicemail, Event::Recorded { seconds, gone }) => {
                match seconds.filter(|seconds| *seconds >= LEAST_MESSAGE) {
                    Some(seconds) => {
                        self.happened.push(Happened {
                            seconds: Some(seconds),
                            ..Happened::new(HappenedKind::Voicemail)
                        });
                        self.over(Ending::LeftMessage);
                    }
                    None if *gone => self.gone(),
                    None => self.over(Ending::NoMessage),
                }
            }
            (_, Event::Gone) => self.gone(),
            // A second chance to leave a message would be one more each time.
            (Position::Voicemail, _) => self.over(Ending::NoMessage),
            _ => self.voicemail(),
        }
    }

    fn choose(&mut self, menu: Uuid, tries: u32, key: Option<char>) {
        let Some(it) = self.plan.menus.get(&menu) else {
            return self.voicemail();
        };
        self.happened.push(match key {
            Some(key) => Happened {
                key: Some(key),
                ..Happened::about(HappenedKind::Key, &it.name)
            },
            None => Happened::about(HappenedKind::NoKey, &it.name),
        });
        match key.and_then(|key| it.keys.get(&key)) {
            Some(Next::Repeat) => self.ask(menu, tries),
            Some(next) => self.go(next),
            None if tries >= it.max_retries => self.go(&it.last),
            None => {
                self.say.push(match key {
                    Some(_) => Words::Invalid(menu),
                    None => Words::NoInput(menu),
                });
                self.ask(menu, tries + 1);
            }
        }
    }

    fn go(&mut self, next: &Next) {
        match next {
            Next::Forward(forward) => {
                let budget = self.plan.forwards.get(*forward);
                let budget = budget.map_or(0, |forward| forward.budget);
                self.ring(*forward, 0, budget);
            }
            Next::Menu(menu) => self.ask(*menu, 0),
            // Only a key can say so, and `choose` knows the menu.
            Next::Voicemail | Next::Repeat => self.voicemail(),
            Next::HangUp(speech) => {
                self.happened.push(Happened::new(HappenedKind::Told));
                self.say.push(Words::Told(speech.clone()));
                self.over(Ending::Told);
            }
            Next::Reject => {
                self.happened.push(Happened::new(HappenedKind::Rejected));
                self.say.clear();
                self.over(Ending::Rejected);
            }
        }
    }

    fn ring(&mut self, forward: usize, turn: usize, left: u32) {
        let turns = self.plan.forwards.get(forward).map(|it| &it.turns);
        let targets = turns.and_then(|turns| turns.get(turn));
        let phones = || {
            let phones = targets.into_iter().flatten();
            phones.filter_map(|target| self.plan.targets.get(*target))
        };
        let longest = phones().map(|target| target.seconds).max().unwrap_or(0);
        let seconds = longest.min(left);
        if seconds < LEAST_RING {
            self.say.push(Words::Nobody);
            return self.voicemail();
        }
        let rung: Vec<_> = phones()
            .map(|target| Happened::about(HappenedKind::Forwarded, &target.name))
            .collect();
        self.happened.extend(rung);
        self.at = Position::Ringing {
            forward,
            turn,
            seconds,
            left: left - seconds,
        };
    }

    fn ask(&mut self, menu: Uuid, tries: u32) {
        let Some(it) = self.plan.menus.get(&menu) else {
            return self.voicemail();
        };
        if self.prompts >= MAX_PROMPTS {
            return self.voicemail();
        }
        self.prompts += 1;
        self.happened
            .push(Happened::about(HappenedKind::Menu, &it.name));
        self.at = Position::Menu { menu, tries };
    }

    fn voicemail(&mut self) {
        self.happened
            .push(Happened::new(HappenedKind::VoicemailOffered));
        self.at = Position::Voicemail;
    }

    fn gone(&mut self) {
        self.happened.push(Happened::new(HappenedKind::HungUp));
        self.over(Ending::Gone);
    }

    fn over(&mut self, ending: Ending) {
        self.at = Position::Over(ending);
    }

    fn tell_outcome(&mut self, outcome: DialOutcome, who: Option<usize>) {
        let kind = match outcome {
            DialOutcome::Answered => HappenedKind::Answered,
            DialOutcome::NotAccepted => HappenedKind::NotAccepted,
            DialOutcome::NoAnswer => HappenedKind::NoAnswer,
            DialOutcome::Busy => HappenedKind::Busy,
            DialOutcome::Failed => HappenedKind::Failed,
        };
        let target = who.and_then(|who| self.plan.targets.get(who));
        self.happened.push(Happened {
            name: target.map(|target| target.name.clone()),
            ..Happened::new(kind)
        });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::calls::{
        Speech,
        plan::{Forward, MenuPlan, Target},
    };

    fn target(name: &str, seconds: u32) -> Target {
        Target {
            name: name.to_owned(),
            number: "+12025550101".to_owned(),
            user_id: None,
            seconds,
            accept_key: false,
        }
    }

    fn forwarding(turns: Vec<Vec<usize>>, budget: u32) -> Plan {
        let line = twilio_hooks::LineId::at(jiff::Timestamp::UNIX_EPOCH);
        Plan {
            start: Next::Forward(0),
            targets: vec![target("Mobile", 20), target("Office", 30)],
            forwards: vec![Forward { turns, budget }],
            ..Plan::voicemail(line, Vec::new())
        }
    }

    fn dialled(outcome: DialOutcome, waited: u32) -> Event {
        Event::Dialled {
            outcome,
            who: None,
            waited,
            gone: false,
        }
    }

    #[test]
    fn phones_in_turn_ring_within_the_budget() {
        let plan = forwarding(vec![vec![0], vec![1]], 45);
        let (state, _) = begin(&plan);
        assert!(matches!(
            state.at,
            Position::Ringing {
                turn: 0,
                seconds: 20,
                left: 25,
                ..
            }
        ));
        let (second, happened) = next(&plan, &state, &dialled(DialOutcome::NoAnswer, 20));
        assert!(matches!(
            second.at,
            Position::Ringing {
                turn: 1,
                seconds: 25,
                left: 0,
                ..
            }
        ));
        assert_eq!(
            happened[0],
            Happened::about(HappenedKind::NoAnswer, "Mobile")
        );
        // What the busy one did not use is the other's.
        let (second, _) = next(&plan, &state, &dialled(DialOutcome::Busy, 2));
        assert!(matches!(
            second.at,
            Position::Ringing {
                turn: 1,
                seconds: 30,
                left: 13,
                ..
            }
        ));
        let (last, _) = next(&plan, &second, &dialled(DialOutcome::Failed, 0));
        assert_eq!(last.at, Position::Voicemail);
        assert_eq!(last.say, [Words::Nobody]);
    }

    #[test]
    fn a_used_up_budget_rings_nobody() {
        let plan = forwarding(vec![vec![0], vec![1]], 22);
        let (state, _) = begin(&plan);
        let (state, _) = next(&plan, &state, &dialled(DialOutcome::NoAnswer, 20));
        assert_eq!(state.at, Position::Voicemail);
    }

    #[test]
    fn what_is_over_stays_over() {
        let plan = forwarding(vec![vec![0]], 45);
        let (state, _) = begin(&plan);
        let (over, _) = next(&plan, &state, &dialled(DialOutcome::Answered, 3));
        assert_eq!(over.at, Position::Over(Ending::Talked));
        for event in [
            Event::Gone,
            Event::Lost,
            Event::Key(Some('1')),
            dialled(DialOutcome::NoAnswer, 20),
        ] {
            assert_eq!(next(&plan, &over, &event).0.at, over.at);
        }
    }

    #[test]
    fn a_prompt_is_not_repeated_for_ever() {
        let menu = Uuid::from_u128(1);
        let mut plan = forwarding(Vec::new(), 45);
        plan.start = Next::Menu(menu);
        plan.menus = BTreeMap::from([(
            menu,
            MenuPlan {
                name: "Main".to_owned(),
                prompt: Speech::new("Press 9 to hear this again."),
                keys: BTreeMap::from([('9', Next::Repeat)]),
                timeout: 5,
                max_retries: 2,
                invalid: None,
                no_input: None,
                last: Next::Voicemail,
            },
        )]);
        let (mut state, _) = begin(&plan);
        let mut prompts = 0;
        while state.at != Position::Voicemail {
            prompts += 1;
            state = next(&plan, &state, &Event::Key(Some('9'))).0;
        }
        assert_eq!(prompts, 20);
        let (mut state, _) = begin(&plan);
        for _ in 0..3 {
            assert!(matches!(state.at, Position::Menu { .. }));
            state = next(&plan, &state, &Event::Key(None)).0;
        }
        assert_eq!(state.at, Position::Voicemail);
    }
}
