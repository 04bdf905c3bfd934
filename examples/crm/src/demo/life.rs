//! People who write, call, and answer what the company writes.

use std::{collections::HashSet, convert::Infallible, time::Duration};

use bytes::Bytes;
use tokio::time::sleep;
use twilio_hooks::{
    MessageStatus,
    client::{Message, MessageDirection},
    testing::{Failure, OverHttp, call::Caller, texting::Texter},
};
use uuid::Uuid;

use super::{
    Demo, LINE,
    cast::{LIVELY, MOBILE, OFFICE, Person, owner_is_at},
    deck::Deck,
    picture::picture,
};
use crate::simulate::{Random, people::INCOMING};

/// What people answer, one after the other.
const ANSWERS: [&str; 6] = [
    "Thanks, that works for me!",
    "Great. What do I have to bring?",
    "OK, see you then 🙂",
    "Could you tell me the price as well?",
    "Perfect, thank you.",
    "Let me check and come back to you.",
];

/// Lets people live, without end: drop the future to stop them. Their pauses are divided by `speed`.
pub async fn live(demo: &Demo, speed: f64) -> Infallible {
    let life = Life { demo, speed };
    tokio::select! {
        never = life.write() => never,
        never = life.call() => never,
        never = life.answer() => never,
    }
}

/// What people live in.
#[derive(Clone, Copy)]
struct Life<'a> {
    demo: &'a Demo,
    speed: f64,
}

impl Life<'_> {
    async fn pause(self, seconds: f64) {
        sleep(Duration::from_secs_f64(seconds / self.speed)).await;
    }

    fn application(self) -> OverHttp {
        OverHttp::new(self.demo.address)
    }

    fn texter(self, from: &str, to: &str) -> Texter {
        let url = self.demo.webhook("sms/incoming");
        let texter = self.demo.fake.texter(self.application(), &url);
        texter.from(from).to(to)
    }

    fn caller(self, person: Person) -> Caller {
        let url = self.demo.webhook("voice/incoming");
        self.demo
            .fake
            .caller(self.application(), &url)
            .from(&person.number())
            .to(LINE)
            .param("CallerName", person.name())
            .status_callback(&self.demo.webhook("voice/status"))
    }

    /// Somebody writes, every few seconds; one in four on WhatsApp, which the CRM takes for the same
    /// contact.
    async fn write(self) -> Infallible {
        let mut random = random();
        let (mut people, mut texts) = (Deck::new(&LIVELY), Deck::new(&INCOMING));
        loop {
            let (person, body) = (people.draw(&mut random), texts.draw(&mut random));
            let app = if random.chance(25) { "whatsapp:" } else { "" };
            let (from, to) = (format!("{app}{}", person.number()), format!("{app}{LINE}"));
            let mut texter = self.texter(&from, &to);
            let done = if body.contains("photo") {
                let photo = [("image/png", Bytes::from(picture()))];
                texter.texts_with_files(body, &photo).await.map(drop)
            } else {
                texter.texts(body).await.map(drop)
            };
            note(done);
            self.pause(5.0 + random.below(6) as f64).await;
        }
    }

    /// Somebody calls, one after the other. The owner answers the mobile or the office phone, or
    /// nobody does, and the caller leaves a message.
    async fn call(self) -> Infallible {
        let mut random = random();
        let mut people = Deck::new(&LIVELY);
        for places in [Some(MOBILE), None, Some(OFFICE)].iter().cycle() {
            self.pause(8.0 + random.below(8) as f64).await;
            owner_is_at(&self.demo.fake, *places);
            let person = people.draw(&mut random);
            let called = async {
                let mut call = self.caller(person).call().await?;
                call.goes_on_by_itself().await.map(drop)
            };
            note(called.await);
        }
        unreachable!("the circle has no end")
    }

    /// Whoever gets a text of the company's answers it after a while.
    async fn answer(self) -> Infallible {
        let mut answered = HashSet::new();
        let mut answers = ANSWERS.iter().cycle();
        loop {
            self.pause(1.0).await;
            for message in self.demo.fake.messages() {
                let person = message
                    .to
                    .as_ref()
                    .and_then(|to| Person::with_number(to.as_str()));
                let Some(person) = person.filter(|_| is_delivered(&message)) else {
                    continue;
                };
                if !answered.insert(message.sid.clone()) {
                    continue;
                }
                self.pause(3.0).await;
                let body = answers.next().copied().unwrap_or_default();
                let mut texter = self.texter(&person.number(), LINE);
                note(texter.texts(body).await.map(drop));
            }
        }
    }
}

/// Answers of the machine are not answered.
fn is_delivered(message: &Message) -> bool {
    message.direction == Some(MessageDirection::OutboundApi)
        && message.status == Some(MessageStatus::Delivered)
}

/// The server may be away for a moment; people go on.
fn note(done: Result<(), Failure>) {
    if let Err(failure) = done {
        tracing::warn!(kind = ?failure.kind, code = ?failure.code, "somebody did not get through");
    }
}

fn random() -> Random {
    Random::new(Uuid::new_v4().as_u64_pair().0)
}
