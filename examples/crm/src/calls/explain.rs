//! [`explain`]: what somebody who called now would hear, step by step, without a call.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Speech,
    plan::{Next, Plan},
};

/// One thing that a caller would hear or wait for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "step", rename_all = "snake_case")]
#[schema(as = CallStep)]
pub enum Step {
    /// Words.
    Say {
        /// Which.
        say: Speech,
    },
    /// Phones ring.
    Ring {
        /// All at once.
        phones: Vec<RingingPhone>,
        /// For how many seconds.
        seconds: u32,
        /// Whether the talk is recorded.
        recorded: bool,
    },
    /// A menu; what follows a key is in `keys`.
    Menu {
        /// Its name.
        name: String,
        /// What is said.
        prompt: Speech,
        /// What each key leads to.
        keys: Vec<KeySteps>,
        /// What happens if no key is pressed.
        #[schema(no_recursion)]
        without_a_key: Vec<Step>,
    },
    /// A message can be left.
    Voicemail {
        /// What is said before; the usual words if null.
        greeting: Option<Speech>,
    },
    /// The call is refused.
    Reject,
    /// The prompt is said again.
    Repeat,
    /// The call is over.
    HangUp,
}

/// A phone that rings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RingingPhone {
    /// What it is called.
    pub name: String,
    /// Its number.
    pub number: String,
    /// Whether 1 has to be pressed.
    pub accept_key: bool,
}

/// What a key leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KeySteps {
    /// The key.
    pub key: char,
    /// What follows.
    #[schema(no_recursion)]
    pub steps: Vec<Step>,
}

/// What a plan comes to if nobody answers.
#[must_use]
pub(super) fn explain(plan: &Plan) -> Vec<Step> {
    let mut steps = Vec::new();
    if plan.start != Next::Reject {
        steps.extend(plan.greeting.iter().cloned().map(|say| Step::Say { say }));
    }
    steps.extend(follow(plan, &plan.start));
    steps
}

fn follow(plan: &Plan, next: &Next) -> Vec<Step> {
    match next {
        Next::Forward(forward) => ring(plan, *forward),
        Next::Menu(id) => match plan.menus.get(id) {
            Some(menu) => vec![Step::Menu {
                name: menu.name.clone(),
                prompt: menu.prompt.clone(),
                keys: menu
                    .keys
                    .iter()
                    .map(|(key, next)| KeySteps {
                        key: *key,
                        steps: follow(plan, next),
                    })
                    .collect(),
                without_a_key: follow(plan, &menu.last),
            }],
            None => voicemail(plan),
        },
        Next::Voicemail => voicemail(plan),
        Next::Repeat => vec![Step::Repeat],
        Next::HangUp(say) => vec![Step::Say { say: say.clone() }, Step::HangUp],
        Next::Reject => vec![Step::Reject],
    }
}

fn ring(plan: &Plan, forward: usize) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut left = plan.forwards.get(forward).map_or(0, |it| it.budget);
    for turn in plan
        .forwards
        .get(forward)
        .into_iter()
        .flat_map(|it| &it.turns)
    {
        let phones = || turn.iter().filter_map(|index| plan.targets.get(*index));
        let seconds = phones().map(|it| it.seconds).max().unwrap_or(0).min(left);
        if seconds < super::flow::LEAST_RING {
            break;
        }
        left -= seconds;
        steps.push(Step::Ring {
            phones: phones()
                .map(|it| RingingPhone {
                    name: it.name.clone(),
                    number: it.number.clone(),
                    accept_key: it.accept_key,
                })
                .collect(),
            seconds,
            recorded: plan.record,
        });
    }
    steps.extend(voicemail(plan));
    steps
}

fn voicemail(plan: &Plan) -> Vec<Step> {
    vec![Step::Voicemail {
        greeting: plan.voicemail.clone(),
    }]
}
