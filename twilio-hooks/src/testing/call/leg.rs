//! [`Leg`]: one side of a call, which goes through its TwiML verb by verb.

use std::{collections::VecDeque, time::Duration};

use super::{
    dial::Dialling, facts::Facts, queue::Queued, record::Recorded, service::Service, spoken,
};
use crate::{
    testing::simulation::{Failure, FailureKind, Form, Session, Target},
    twiml::{Gather, HttpMethod, Node, RejectReason, VoiceResponse},
};

/// Somebody whom a `<Dial>` has dialled, in the transcript.
pub(super) const CALLEE: &str = "callee";

/// One side of a call.
pub(super) struct Leg {
    pub(super) facts: Facts,
    /// Who hears the TwiML, in the transcript.
    pub(super) who: &'static str,
    pub(super) status: &'static str,
    /// When the leg was answered.
    pub(super) answered: Option<Duration>,
    /// Where the current document is from.
    pub(super) source: Target,
    /// What is left of it.
    pub(super) verbs: VecDeque<Node>,
    pub(super) state: State,
    /// Prompts that the test has not asked about yet.
    pub(super) unheard: VecDeque<String>,
    /// The queue that the leg waits in, while it hears the TwiML for that.
    pub(super) queued: Option<Queued>,
}

/// What a leg does between two steps of a test.
pub(super) enum State {
    /// The next verb can be carried out.
    Running,
    Gather(Box<Gather>),
    Record(Box<Recorded>),
    Dial(Box<Dialling>),
    /// Waits in a queue, or talks with whoever has taken it out.
    Queue,
    Service(Box<Service>),
    Ended(Ending),
}

/// How the TwiML of a leg came to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// No verb is left.
    RanOut,
    /// By `<Hangup>`, `<Reject>` or the person.
    HungUp,
}

impl Leg {
    pub(super) fn new(
        facts: Facts,
        who: &'static str,
        status: &'static str,
        source: Target,
    ) -> Self {
        Self {
            facts,
            who,
            status,
            answered: None,
            source,
            verbs: VecDeque::new(),
            state: State::Running,
            unheard: VecDeque::new(),
            queued: None,
        }
    }

    /// Whether this is the leg of a call, and not one that it dials.
    fn is_main(&self) -> bool {
        self.who != CALLEE
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(self.state, State::Ended(_))
    }

    /// Whether one of the prompts that were not asked about contains the text; those until then are
    /// asked about by this.
    pub(super) fn has_heard(&mut self, text: &str) -> bool {
        let found = self.unheard.iter().position(|prompt| prompt.contains(text));
        let end = found.map_or(self.unheard.len(), |index| index + 1);
        self.unheard.drain(..end);
        found.is_some()
    }

    /// How long the leg lasts, in seconds.
    pub(super) fn seconds(&self, session: &Session) -> u64 {
        let since = self.answered.unwrap_or(session.elapsed);
        session.elapsed.saturating_sub(since).as_secs()
    }

    /// Goes on with the document at a URL, which is asked with these parameters and the usual ones.
    ///
    /// If the call is over the application is asked all the same, and its answer has no effect.
    pub(super) async fn go_to(
        &mut self,
        session: &mut Session,
        target: &Target,
        form: Form,
    ) -> Result<(), Failure> {
        let over = self.has_ended();
        let form = form.and_all(self.facts.form(self.status));
        let (document, source) = session
            .ask::<VoiceResponse>(target, form, self.is_main() && !over)
            .await?;
        if !over {
            self.verbs = document.children().to_vec().into();
            self.source = source;
            self.state = State::Running;
        }
        Ok(())
    }

    /// Goes on with a document that was given with a request to the API.
    pub(super) fn read(&mut self, session: &Session, text: &str) -> Result<(), Failure> {
        let document = session.read::<VoiceResponse>(text)?;
        self.verbs = document.children().to_vec().into();
        self.state = State::Running;
        Ok(())
    }

    /// Goes on at the `action` of a verb, or after it if there is none.
    pub(super) async fn go_on(
        &mut self,
        session: &mut Session,
        action: Option<&str>,
        method: Option<HttpMethod>,
        form: Form,
    ) -> Result<(), Failure> {
        match action.filter(|action| !action.is_empty()) {
            Some(action) => {
                let target = self.source.join(Some(action), method);
                self.go_to(session, &target, form).await
            }
            None => {
                self.resume();
                Ok(())
            }
        }
    }

    /// Goes on with the next verb, if the call isn't over.
    pub(super) fn resume(&mut self) {
        if !self.has_ended() {
            self.state = State::Running;
        }
    }

    /// Carries out verbs until the leg waits for somebody.
    pub(super) async fn run(&mut self, session: &mut Session) -> Result<(), Failure> {
        while matches!(self.state, State::Running) {
            self.advance(session).await?;
        }
        Ok(())
    }

    /// Carries out one verb.
    pub(super) async fn advance(&mut self, session: &mut Session) -> Result<(), Failure> {
        let Some(verb) = self.verbs.pop_front() else {
            self.state = match self.queued {
                Some(_) => State::Queue,
                None => State::Ended(Ending::RanOut),
            };
            return Ok(());
        };
        self.answer(session, &verb);
        match verb {
            Node::Text(_) | Node::Comment(_) => {}
            Node::Say(_) | Node::Play(_) | Node::Pause(_) => self.prompt(session, &verb),
            Node::Gather(gather) => {
                for prompt in gather.children() {
                    self.prompt(session, prompt);
                }
                self.state = State::Gather(gather);
            }
            Node::Redirect(redirect) => {
                let target = self.source.join(Some(&redirect.url), redirect.method);
                self.go_to(session, &target, Form::default()).await?;
            }
            Node::Hangup(_) => {
                session.event("the application hangs up");
                self.state = State::Ended(Ending::HungUp);
            }
            Node::Leave(_) => self.leave_queue(session, "leave").await?,
            Node::Start(_) | Node::Stop(_) | Node::Sms(_) => {
                let tag = tag(&verb);
                session.note(format!("<{tag}> has no effect in a simulation"));
            }
            Node::RawElement(element) => {
                let name = element.name();
                session.note(format!("12200: Twilio skips <{name}>"));
            }
            verb => self.leave_document(session, verb).await?,
        }
        Ok(())
    }

    /// The verbs that only a caller may have.
    async fn leave_document(&mut self, session: &mut Session, verb: Node) -> Result<(), Failure> {
        let plays = self.is_main() && self.queued.is_none();
        match verb {
            Node::Reject(reject) => {
                let busy = reject.reason == Some(RejectReason::Busy);
                session.event("the application rejects the call");
                self.status = if busy { "busy" } else { "no-answer" };
                self.state = State::Ended(Ending::HungUp);
            }
            Node::Record(record) if plays => self.record(session, record).await?,
            Node::Dial(dial) if plays => {
                let dialling = Dialling::start(session, self, dial).await?;
                let over = dialling.is_over();
                self.state = State::Dial(Box::new(dialling));
                if over {
                    self.leave_dial(session, State::Running).await?;
                }
            }
            Node::Enqueue(enqueue) if plays => self.enter_queue(session, enqueue).await?,
            Node::Connect(connect) if plays => {
                self.state = State::Service(Box::new(Service::start(session, connect)));
            }
            verb => {
                let (tag, who) = (tag(&verb), self.who);
                let message = format!(
                    "{}: the simulator can't play <{tag}> to the {who} here",
                    self.source
                );
                return Err(session.failure(FailureKind::Unsupported, None, message));
            }
        }
        Ok(())
    }

    /// Answers the call, if this is the first verb that does; during a pause it rings on.
    fn answer(&mut self, session: &mut Session, verb: &Node) {
        let silent = matches!(
            verb,
            Node::Pause(_)
                | Node::Reject(_)
                | Node::Text(_)
                | Node::Comment(_)
                | Node::RawElement(_)
        );
        if self.status == "ringing" && !silent {
            self.status = "in-progress";
            self.answered = Some(session.elapsed);
            self.facts.keep(self.status);
        }
    }

    fn prompt(&mut self, session: &mut Session, prompt: &Node) {
        let (sound, time, times) = match prompt {
            Node::Say(say) => {
                let words = spoken::words(say);
                let time = spoken::time(&words);
                (words, time, say.loop_)
            }
            Node::Play(play) => {
                let (sound, time) = spoken::sound(play);
                (sound, time, play.loop_)
            }
            Node::Pause(pause) => {
                session.wait(Duration::from_secs(pause.length.unwrap_or(1).into()));
                return;
            }
            _ => return,
        };
        session.heard(&sound);
        // What is repeated until the call ends is heard once; people do something then.
        session.wait(time.saturating_mul(times.unwrap_or(1).max(1)));
        self.unheard.push_back(sound);
    }
}

/// The name of an element.
fn tag(verb: &Node) -> String {
    let xml = verb.to_string();
    let name = xml.trim_start_matches('<');
    let end = name.find([' ', '/', '>']).unwrap_or(name.len());
    name[..end].to_owned()
}
