//! People who write, call, and answer what the company writes; and the owner, who writes to them and
//! calls them back.

use std::{collections::HashSet, convert::Infallible, time::Duration};

use bytes::Bytes;
use jiff::Timestamp;
use tokio::time::sleep;
use twilio_hooks::{
    MessageStatus,
    client::{Message, MessageDirection},
    testing::{Failure, OverHttp, call::Caller, texting::Texter},
};
use uuid::Uuid;

use super::{
    Demo, LINE,
    cast::{LIVELY, MOBILE, OFFICE, Person, REACHED, owner_is_at},
    deck::Deck,
    picture::picture,
};
use crate::{
    api::Caller as ApiCaller,
    calls::StartCall,
    messaging::{NewText, intent::To},
    simulate::{Random, people::INCOMING},
};

/// What the owner writes.
const TEXTS: [&str; 5] = [
    "Your appointment is tomorrow at ten. Does that still suit you?",
    "Your bike is ready. We are here until five.",
    "The part has come. Shall we put it in on Thursday?",
    "The repair will be 40 dollars. Is that all right?",
    "We have a free place on Friday at nine. Would you like it?",
];

/// What people answer, one after the other.
pub(super) const ANSWERS: [&str; 6] = [
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
        never = life.serve() => never,
    }
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy)]
enum Course {
    /// The owner answers at this phone.
    Answered(&'static str),
    /// Nobody answers, and the caller leaves a message.
    Message,
    /// The caller hangs up before anybody could answer, and is called back.
    HungUp,
}

const COURSES: [Course; 4] = [
    Course::Answered(MOBILE),
    Course::Message,
    Course::Answered(OFFICE),
    Course::HungUp,
];

/// What people live in.
#[derive(Clone, Copy)]
pub(super) struct Life<'a> {
    pub(super) demo: &'a Demo,
    pub(super) speed: f64,
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

    /// Somebody calls, one after the other.
    pub(super) async fn call(self) -> Infallible {
        let mut random = random();
        let mut people = Deck::new(&LIVELY);
        for course in COURSES.iter().cycle() {
            self.pause(8.0 + random.below(8) as f64).await;
            let place = match course {
                Course::Answered(phone) => Some(*phone),
                Course::Message | Course::HungUp => None,
            };
            owner_is_at(&self.demo.fake, place);
            let person = people.draw(&mut random);
            let called = async {
                let mut call = self.caller(person).call().await?;
                match course {
                    Course::HungUp => call.hangs_up().await.map(drop),
                    _ => call.goes_on_by_itself().await.map(drop),
                }
            };
            note(called.await);
            if matches!(course, Course::HungUp) {
                owner_is_at(&self.demo.fake, Some(MOBILE));
                self.call_back(person).await;
            }
        }
        unreachable!("the circle has no end")
    }

    /// The owner's mobile rings, and then that of whoever has called.
    async fn call_back(self, person: Person) {
        self.pause(5.0).await;
        let state = &self.demo.state;
        let wanted = StartCall {
            company: self.demo.company,
            user: self.demo.owner,
            phone: None,
            line: None,
            contact: None,
            to: Some(person.number()),
            key: Some(Uuid::new_v4().to_string()),
        };
        let caller = ApiCaller::server(self.demo.company, Timestamp::now());
        if let Err(error) = state.outgoing.start(&caller, &wanted).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "nobody is called back");
        }
    }

    /// The owner writes to somebody, now and then to a phone that is off or to a landline.
    pub(super) async fn serve(self) -> Infallible {
        let mut random = random();
        let (mut people, mut texts) = (Deck::new(&REACHED), Deck::new(&TEXTS));
        loop {
            self.pause(7.0 + random.below(6) as f64).await;
            let (person, body) = (people.draw(&mut random), texts.draw(&mut random));
            let text = NewText::new(self.demo.company, To::Number(person.number()), body)
                .with_user(Some(self.demo.owner));
            if let Err(error) = self.demo.state.messaging.queue(&text).await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "nothing is written");
            }
        }
    }

    /// Whoever gets a text of the company's answers it after a while.
    pub(super) async fn answer(self) -> Infallible {
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
