//! [`plan`]: makes the plan of a call from what is set just now. Pure; [`Facts`] are read before.

use std::collections::BTreeMap;

use twilio_hooks::{Address, AddressKind, LineId, UserId};
use uuid::Uuid;

use super::{
    Speech, check_number,
    document::{ANNOUNCEMENT, DEFAULT_GREETING},
    menu::{Action, Menu},
    plan::{Forward, MenuPlan, Next, Plan, Target},
    rule::{CallerId, Mode, Phone, Rule},
    settings::{CallSettings, Recording},
};

/// What is set, as far as it matters for one call.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// What the company has set.
    pub settings: CallSettings,
    /// What the line does otherwise.
    pub line_rule: Option<Rule>,
    /// Whether the line records, if it does otherwise.
    pub line_recording: Option<Recording>,
    /// The line's own greeting.
    pub line_greeting: Option<String>,
    /// The person responsible for the line.
    pub line_user: Option<UserId>,
    /// People whose phones may ring.
    pub people: BTreeMap<UserId, Person>,
    /// The menus of the company, if one can be reached.
    pub menus: BTreeMap<Uuid, Menu>,
    /// Those numbers that the call comes from or may go to, and that are lines of this server.
    pub our_numbers: Vec<String>,
}

/// Somebody whose phones may ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    /// Their name.
    pub name: String,
    /// Their mobile.
    pub mobile: Option<String>,
    /// Their phone in the office.
    pub office: Option<String>,
    /// Their own rule.
    pub rule: Option<Rule>,
}

impl Person {
    /// The number of a phone.
    #[must_use]
    pub(super) fn number(&self, phone: Phone) -> Option<&str> {
        match phone {
            Phone::Mobile => self.mobile.as_deref(),
            Phone::Office => self.office.as_deref(),
        }
    }
}

/// A call that comes in.
#[derive(Debug, Clone)]
pub(super) struct Incoming {
    /// The line that is called.
    pub line_id: LineId,
    /// Its number.
    pub to: Address,
    /// Who calls.
    pub from: Address,
    /// Where it was forwarded from, if the carrier tells.
    pub forwarded_from: Option<Address>,
    /// Whether we want nothing to do with the caller.
    pub is_blocked: bool,
}

impl Facts {
    /// The rule that counts: that of the line, of its person, or of the company.
    #[must_use]
    pub(super) fn rule(&self) -> &Rule {
        let of_user = || self.people.get(&self.line_user?)?.rule.as_ref();
        self.line_rule
            .as_ref()
            .or_else(of_user)
            .unwrap_or(&self.settings.rule)
    }

    /// Whether talks over the line are recorded.
    #[must_use]
    pub(super) fn recording(&self) -> Recording {
        self.line_recording.unwrap_or(self.settings.recording)
    }

    /// The people whose phones the rule or one of the menus may ring.
    pub(super) fn wanted_people(&self) -> impl Iterator<Item = UserId> {
        let actions = self.menus.values().flat_map(Menu::actions);
        let by_menu = actions.filter_map(|(_, action)| match action {
            Action::User { user_id, .. } => Some(*user_id),
            _ => None,
        });
        self.line_user.into_iter().chain(by_menu)
    }
}

/// Decides about a call.
#[must_use]
pub(super) fn plan(facts: &Facts, call: &Incoming) -> Plan {
    let rule = facts.rule();
    let mut planning = Planning {
        facts,
        call,
        plan: Plan {
            voicemail: rule.voicemail_greeting.clone(),
            text_back: rule.text_back.clone(),
            caller_id: caller_id(rule, call),
            ..Plan::voicemail(call.line_id, Vec::new())
        },
    };
    let start = planning.start(rule);
    let mut plan = planning.plan;
    plan.start = start;
    let forwards = !plan.forwards.is_empty();
    plan.record = forwards && facts.recording() != Recording::Off;
    plan.greeting = greeting(facts, plan.start == Next::Voicemail);
    if plan.record && facts.recording() == Recording::Announce {
        let announcement = facts.settings.announcement.clone();
        plan.greeting
            .push(announcement.unwrap_or_else(|| Speech::new(ANNOUNCEMENT)));
    }
    plan
}

/// The line's own words count most. Who is put through needs none.
fn greeting(facts: &Facts, is_needed: bool) -> Vec<Speech> {
    let of_line = || facts.line_greeting.as_deref().map(Speech::new);
    let of_line_rule = facts.line_rule.as_ref();
    of_line_rule
        .and_then(|rule| rule.greeting.clone())
        .or_else(of_line)
        .or_else(|| facts.rule().greeting.clone())
        .or_else(|| is_needed.then(|| Speech::new(DEFAULT_GREETING)))
        .into_iter()
        .collect()
}

/// A hidden number can't be shown.
fn caller_id(rule: &Rule, call: &Incoming) -> Option<String> {
    let shows_caller =
        rule.shown_number == CallerId::Caller && call.from.kind() == AddressKind::PhoneNumber;
    (!shows_caller && call.to.kind() == AddressKind::PhoneNumber)
        .then(|| call.to.as_str().to_owned())
}

struct Planning<'f> {
    facts: &'f Facts,
    call: &'f Incoming,
    plan: Plan,
}

impl Planning<'_> {
    fn start(&mut self, rule: &Rule) -> Next {
        if self.call.is_blocked {
            return Next::Reject;
        }
        // A line of ours that calls a line of ours may do so for ever.
        let comes_from_us = |address: &Address| {
            address != &self.call.to && self.is_ours(address.contact_key().unwrap_or_default())
        };
        if self.is_ours(self.call.from.contact_key().unwrap_or_default())
            || self.call.forwarded_from.as_ref().is_some_and(comes_from_us)
        {
            return Next::Voicemail;
        }
        match (rule.mode, rule.menu_id) {
            (Mode::Menu, Some(menu)) => self.menu(menu),
            _ => match self.facts.line_user {
                Some(user) => self.person(user, rule, None),
                None => Next::Voicemail,
            },
        }
    }

    fn is_ours(&self, number: &str) -> bool {
        self.facts.our_numbers.iter().any(|ours| ours == number)
    }

    /// Adds a menu and all that it leads to.
    fn menu(&mut self, id: Uuid) -> Next {
        if self.plan.menus.contains_key(&id) {
            return Next::Menu(id);
        }
        let Some(menu) = self.facts.menus.get(&id) else {
            return Next::Voicemail;
        };
        let empty = MenuPlan {
            name: menu.name.clone(),
            prompt: menu.prompt.clone(),
            keys: BTreeMap::new(),
            timeout: menu.timeout,
            max_retries: menu.max_retries,
            invalid: menu.invalid.clone(),
            no_input: menu.no_input.clone(),
            last: Next::Voicemail,
        };
        self.plan.menus.insert(id, empty.clone());
        let keys = menu.keys.iter().filter_map(|(key, action)| {
            let key = key.chars().next()?;
            Some((key, self.action(action)))
        });
        let keys = keys.collect();
        let last = self.action(&menu.last);
        self.plan.menus.insert(
            id,
            MenuPlan {
                keys,
                last,
                ..empty
            },
        );
        Next::Menu(id)
    }

    fn action(&mut self, action: &Action) -> Next {
        match action {
            Action::User { user_id, phone } => self.user(*user_id, *phone),
            Action::Number {
                number,
                name,
                ring_seconds,
                accept_key,
            } => {
                let target = Target {
                    name: name.clone().unwrap_or_else(|| number.clone()),
                    number: number.clone(),
                    user_id: None,
                    seconds: *ring_seconds,
                    accept_key: *accept_key,
                };
                self.forward(vec![vec![target]], *ring_seconds)
            }
            Action::Voicemail => Next::Voicemail,
            Action::Menu { menu_id } => self.menu(*menu_id),
            Action::Repeat => Next::Repeat,
            Action::HangUp { say } => Next::HangUp(say.clone()),
        }
    }

    /// Somebody whom a key chooses: as their own rule has it.
    fn user(&mut self, user: UserId, phone: Option<Phone>) -> Next {
        let own = self.facts.people.get(&user).and_then(|it| it.rule.clone());
        let rule = match own {
            Some(rule) if rule.mode != Mode::Menu => rule,
            other => Rule {
                mode: Mode::InTurn,
                ..other.unwrap_or_else(|| self.facts.settings.rule.clone())
            },
        };
        self.person(user, &rule, phone)
    }

    fn person(&mut self, user: UserId, rule: &Rule, only: Option<Phone>) -> Next {
        let Some(person) = self.facts.people.get(&user) else {
            return Next::Voicemail;
        };
        let turns = only.map_or_else(|| rule.turns(), |phone| vec![vec![phone]]);
        let targets = turns.iter().map(|turn| {
            let phones = turn.iter().filter_map(|phone| {
                let which = match phone {
                    Phone::Mobile => "mobile",
                    Phone::Office => "office",
                };
                Some(Target {
                    name: format!("{}'s {which}", person.name),
                    number: person.number(*phone)?.to_owned(),
                    user_id: Some(user),
                    seconds: rule.seconds(*phone),
                    accept_key: rule.accepts_by_key(*phone),
                })
            });
            phones.collect()
        });
        self.forward(targets.collect(), rule.ring_budget)
    }

    /// Adds a forward to those of the phones that can be called.
    fn forward(&mut self, turns: Vec<Vec<Target>>, budget: u32) -> Next {
        let mut numbers: Vec<String> = Vec::new();
        let mut kept = Vec::new();
        for turn in turns {
            let mut rings = Vec::new();
            for target in turn {
                if self.may_ring(&target.number) && !numbers.contains(&target.number) {
                    numbers.push(target.number.clone());
                    rings.push(self.plan.targets.len());
                    self.plan.targets.push(target);
                }
            }
            if !rings.is_empty() {
                kept.push(rings);
            }
        }
        if kept.is_empty() {
            return Next::Voicemail;
        }
        self.plan.forwards.push(Forward {
            turns: kept,
            budget,
        });
        Next::Forward(self.plan.forwards.len() - 1)
    }

    /// Not one of our lines, not the phone that calls, and not one that has sent the call to us.
    fn may_ring(&self, number: &str) -> bool {
        let sent_it = |address: &Address| address.contact_key() == Some(number);
        check_number(number).is_ok()
            && !self.is_ours(number)
            && !sent_it(&self.call.from)
            && !self.call.forwarded_from.as_ref().is_some_and(sent_it)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    const LINE: &str = "+12025550187";
    const MOBILE: &str = "+12025550101";
    const OFFICE: &str = "+12025550102";

    fn facts(rule: Rule) -> Facts {
        let ana = UserId::at(Timestamp::UNIX_EPOCH);
        let person = Person {
            name: "Ana".to_owned(),
            mobile: Some(MOBILE.to_owned()),
            office: Some(OFFICE.to_owned()),
            rule: Some(rule),
        };
        Facts {
            line_user: Some(ana),
            people: BTreeMap::from([(ana, person)]),
            ..Facts::default()
        }
    }

    fn call(from: &str) -> Incoming {
        Incoming {
            line_id: LineId::at(Timestamp::UNIX_EPOCH),
            to: LINE.into(),
            from: from.into(),
            forwarded_from: None,
            is_blocked: false,
        }
    }

    fn numbers(plan: &Plan) -> Vec<&str> {
        let targets = plan.targets.iter();
        targets.map(|target| target.number.as_str()).collect()
    }

    fn both() -> Rule {
        Rule {
            mode: Mode::Both,
            ..Rule::default()
        }
    }

    #[test]
    fn a_blocked_caller_is_refused_without_a_word() {
        let mut call = call("+12025550143");
        call.is_blocked = true;
        let plan = plan(&facts(both()), &call);
        assert_eq!(plan.start, Next::Reject);
        let (state, _) = crate::calls::flow::begin(&plan);
        let urls = crate::calls::document::Urls {
            public_url: "https://crm.example.com",
            call: twilio_hooks::CallId::at(Timestamp::UNIX_EPOCH),
            step: 1,
        };
        let reply = crate::calls::document::document(&plan, &state, &urls).to_string();
        assert!(reply.ends_with("<Response><Reject/></Response>"), "{reply}");
    }

    #[test]
    fn phones_that_can_not_be_called_do_not_ring() {
        let mut facts = facts(both());
        let plan_of = |facts: &Facts, from: &str| plan(facts, &call(from));
        assert_eq!(numbers(&plan_of(&facts, "+12025550143")), [MOBILE, OFFICE]);
        // The mobile itself calls.
        assert_eq!(numbers(&plan_of(&facts, MOBILE)), [OFFICE]);
        // The office is a line of this server.
        facts.our_numbers = vec![OFFICE.to_owned()];
        assert_eq!(numbers(&plan_of(&facts, "+12025550143")), [MOBILE]);
        // Nobody is left.
        for person in facts.people.values_mut() {
            person.mobile = Some("+19005550100".to_owned());
        }
        let plan = plan_of(&facts, "+12025550143");
        assert_eq!((numbers(&plan), &plan.start), (vec![], &Next::Voicemail));
    }

    #[test]
    fn one_number_on_both_phones_rings_once() {
        let mut facts = facts(both());
        for person in facts.people.values_mut() {
            person.office.clone_from(&person.mobile);
        }
        let plan = plan(&facts, &call("+12025550143"));
        assert_eq!(plan.forwards[0].turns, [[0]]);
    }

    #[test]
    fn the_words_of_the_line_come_before_those_of_the_person() {
        let mut facts = facts(Rule {
            greeting: Some(Speech::new("Ana's")),
            ..both()
        });
        let greeting = |facts: &Facts| {
            let plan = plan(facts, &call("+12025550143"));
            plan.greeting.first().map(|speech| speech.text.clone())
        };
        assert_eq!(greeting(&facts).as_deref(), Some("Ana's"));
        facts.line_greeting = Some("The line's".to_owned());
        assert_eq!(greeting(&facts).as_deref(), Some("The line's"));
        facts.line_rule = Some(Rule {
            greeting: Some(Speech::new("The line's rule")),
            ..Rule::default()
        });
        assert_eq!(greeting(&facts).as_deref(), Some("The line's rule"));
    }

    #[test]
    fn a_person_whose_rule_is_a_menu_is_reached_by_another() {
        let menu = Uuid::from_u128(1);
        let mut facts = facts(Rule {
            mode: Mode::Menu,
            menu_id: Some(menu),
            ..Rule::default()
        });
        let ana = facts.line_user;
        let json = serde_json::json!({
            "name": "Main", "prompt": {"text": "Press 1."},
            "keys": {"1": {"do": "user", "user_id": ana}},
        });
        facts.menus = BTreeMap::from([(menu, serde_json::from_value(json).unwrap())]);
        let plan = plan(&facts, &call("+12025550143"));
        assert_eq!(plan.start, Next::Menu(menu));
        assert_eq!(plan.menus[&menu].keys[&'1'], Next::Forward(0));
        assert_eq!(plan.forwards[0].turns, [[0], [1]]);
    }
}
