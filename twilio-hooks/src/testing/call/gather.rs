//! `<Gather>`: which keys end it, and what it tells its `action`.

use std::time::Duration;

use super::leg::{Leg, State};
use crate::{
    testing::simulation::{Failure, Form, Session},
    twiml::{Gather, GatherInput},
};

/// Seconds without input after which Twilio gives up.
const TIMEOUT: u32 = 5;
/// How sure Twilio is of what it understood.
const CONFIDENCE: &str = "0.9";

impl Leg {
    /// Presses keys while a `<Gather>` listens.
    pub(super) async fn press(&mut self, session: &mut Session, keys: &str) -> Result<(), Failure> {
        let gather = self.listening(session, &GatherInput::Dtmf, "keys")?;
        let keyed = match pressed(&gather, keys) {
            Ok(keyed) => keyed,
            Err(message) => return Err(session.unexpected(message)),
        };
        session.event(format!("the {} presses {keys}", self.who));
        let Some((digits, end)) = keyed else {
            return self.no_input(session, &gather).await;
        };
        if end == End::Timeout {
            session.wait(timeout(&gather));
        }
        let finished_on = match end {
            End::Key(key) => key.to_string(),
            End::Length | End::Timeout => String::new(),
        };
        let form = Form::default()
            .and("Digits", digits)
            .and("FinishedOnKey", finished_on)
            .and("msg", "Gather End");
        self.gathered(session, &gather, form).await
    }

    /// Speaks while a `<Gather>` listens.
    pub(super) async fn say(&mut self, session: &mut Session, words: &str) -> Result<(), Failure> {
        let gather = self.listening(session, &GatherInput::Speech, "speech")?;
        session.event(format!("the {} says \u{201c}{words}\u{201d}", self.who));
        if let Some(url) = gather.partial_result_callback.as_deref() {
            let target = self
                .source
                .join(Some(url), gather.partial_result_callback_method);
            let form = Form::default()
                .and("UnstableSpeechResult", words)
                .and("StableSpeechResult", "")
                .and("Stability", CONFIDENCE)
                .and("SequenceNumber", 0)
                .and_all(self.facts.form(self.status));
            session.tell(&target, form, super::REPORT_REFUSED).await?;
        }
        let language = gather
            .language
            .as_ref()
            .map_or("en-US", |language| language.as_str());
        let form = Form::default()
            .and("SpeechResult", words)
            .and("Confidence", CONFIDENCE)
            .and("Language", language);
        self.gathered(session, &gather, form).await
    }

    /// Lets the time of a `<Gather>` pass.
    pub(super) async fn no_input(
        &mut self,
        session: &mut Session,
        gather: &Gather,
    ) -> Result<(), Failure> {
        session.wait(timeout(gather));
        if gather.action_on_empty_result != Some(true) {
            self.resume();
            return Ok(());
        }
        let name = if listens_to(gather, &GatherInput::Dtmf) {
            "Digits"
        } else {
            "SpeechResult"
        };
        self.gathered(session, gather, Form::default().and(name, ""))
            .await
    }

    async fn gathered(
        &mut self,
        session: &mut Session,
        gather: &Gather,
        form: Form,
    ) -> Result<(), Failure> {
        let target = self.source.join(gather.action.as_deref(), gather.method);
        self.go_to(session, &target, form).await
    }

    fn listening(
        &self,
        session: &Session,
        input: &GatherInput,
        what: &str,
    ) -> Result<Box<Gather>, Failure> {
        let who = self.who;
        match &self.state {
            State::Gather(gather) if listens_to(gather, input) => Ok(gather.clone()),
            State::Gather(_) => Err(session.unexpected(format!(
                "the <Gather> that listens to the {who} takes no {what}"
            ))),
            _ => Err(session.unexpected(format!(
                "no <Gather> listens to the {who}'s {what}: the {who} {}",
                self.whereabouts(),
            ))),
        }
    }
}

/// What ends the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Key(char),
    Length,
    Timeout,
}

fn timeout(gather: &Gather) -> Duration {
    Duration::from_secs(gather.timeout.unwrap_or(TIMEOUT).into())
}

pub(super) fn listens_to(gather: &Gather, input: &GatherInput) -> bool {
    match &gather.input {
        Some(inputs) => inputs.contains(input),
        None => *input == GatherInput::Dtmf,
    }
}

/// What the application is told if these keys are pressed; nothing if that is no input.
fn pressed<'k>(gather: &Gather, keys: &'k str) -> Result<Option<(&'k str, End)>, String> {
    if keys.is_empty() || !keys.chars().all(|key| matches!(key, '0'..='9' | '*' | '#')) {
        return Err(format!("{keys:?} are no keys; there are 0 to 9, * and #"));
    }
    let finish = gather.finish_on_key.as_deref().unwrap_or("#");
    let length = gather.num_digits.map(|length| length as usize);
    let key = keys.char_indices().find(|(_, key)| finish.contains(*key));
    let (digits, end, used) = match (key, length) {
        (Some((at, key)), length) if length.is_none_or(|length| at < length) => {
            (&keys[..at], End::Key(key), at + 1)
        }
        (_, Some(length)) if keys.len() >= length => (&keys[..length], End::Length, length),
        _ => (keys, End::Timeout, keys.len()),
    };
    match &keys[used..] {
        "" => Ok(Some((digits, end)).filter(|(digits, _)| !digits.is_empty())),
        late => Err(format!("the <Gather> ends before {late} is pressed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_ends_by_its_length_a_key_or_time() {
        let any = Gather::new();
        let two = Gather::new().num_digits(2);
        let star = Gather::new().finish_on_key("*").num_digits(3);
        let none = Gather::new().finish_on_key("");
        for (gather, keys, expected) in [
            (&any, "123", ("123", End::Timeout)),
            (&any, "12#", ("12", End::Key('#'))),
            (&two, "12", ("12", End::Length)),
            (&two, "1", ("1", End::Timeout)),
            (&two, "1#", ("1", End::Key('#'))),
            (&star, "#1*", ("#1", End::Key('*'))),
            (&none, "1#", ("1#", End::Timeout)),
        ] {
            assert_eq!(pressed(gather, keys), Ok(Some(expected)), "{keys}");
        }
    }

    #[test]
    fn the_finishing_key_alone_is_no_input() {
        assert_eq!(pressed(&Gather::new(), "#"), Ok(None));
    }

    #[test]
    fn keys_that_come_too_late_are_told() {
        let error = pressed(&Gather::new().num_digits(1), "12").unwrap_err();
        assert_eq!(error, "the <Gather> ends before 2 is pressed");
        assert!(pressed(&Gather::new(), "1#2").is_err());
        assert!(pressed(&Gather::new(), "").is_err());
        assert!(pressed(&Gather::new(), "one").is_err());
    }
}
