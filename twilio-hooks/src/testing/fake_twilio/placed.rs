//! Calls that the account has made, and that somebody plays.

use super::{
    answer::{Answer, Refusal},
    routes::ApiCall,
    state::State,
    table::text,
};
use crate::{
    Params,
    testing::simulation::{Order, PlacedCall, Target},
    twiml::HttpMethod,
};

/// What a call was made with, and how far it has got.
pub(super) struct Placed {
    form: Params,
    reached: &'static str,
}

impl Placed {
    pub(super) const fn new(form: Params) -> Self {
        Self {
            form,
            reached: "queued",
        }
    }

    pub(super) fn reached(&mut self, step: &str) {
        self.reached = match step {
            "initiated" => "initiated",
            "ringing" => "ringing",
            _ => "answered",
        };
    }
}

impl State {
    /// Leaves a call that nobody has answered to a simulation.
    pub(super) fn pick_up(&mut self, wanted: &str) -> Option<PlacedCall> {
        let row = self.calls.rows().find(|row| {
            let sid = text(row, "sid");
            let waits = matches!(text(row, "status"), "queued" | "ringing");
            let meant = sid == wanted || text(row, "to") == wanted;
            waits && meant && self.placed.contains_key(sid) && !self.played.contains_key(sid)
        })?;
        let field = |name| text(row, name).to_owned();
        let (sid, account_sid) = (field("sid"), field("account_sid"));
        let (from, to) = (field("from"), field("to"));
        let placed = self.placed.get(&sid)?;
        let (form, reached) = (placed.form.clone(), placed.reached);
        let application = form
            .get("ApplicationSid")
            .and_then(|sid| self.applications.get(sid));
        let configured = |url, method| {
            let row = application?;
            target(Some(text(row, url)), Some(text(row, method)))
        };
        let first = match target(form.get("Url"), form.get("Method")) {
            Some(target) => Order::GoTo(target),
            None => match configured("voice_url", "voice_method") {
                Some(target) => Order::GoTo(target),
                None => Order::Twiml(form.get("Twiml").unwrap_or_default().to_owned()),
            },
        };
        let fallback = target(form.get("FallbackUrl"), form.get("FallbackMethod"))
            .or_else(|| configured("voice_fallback_url", "voice_fallback_method"));
        let reports = self.listeners.remove(&sid).map(|listener| {
            let method = if listener.get {
                HttpMethod::Get
            } else {
                HttpMethod::Post
            };
            let target = Target::new(listener.url, method);
            (target, listener.events, listener.told)
        });
        let recording = self
            .recordings
            .rows()
            .find(|row| text(row, "call_sid") == sid)
            .map(|row| text(row, "sid").to_owned());
        if let Some(recording) = &recording {
            self.listeners.remove(recording);
        }
        self.forget_steps(&sid);
        self.played.insert(sid.clone(), None);
        Some(PlacedCall {
            sid,
            account_sid,
            from,
            to,
            form,
            first,
            fallback,
            reports,
            reached,
            recording,
        })
    }

    /// Keeps what is asked for until the simulation looks.
    pub(super) fn order(&mut self, sid: &str, call: &ApiCall) -> Result<Answer, Refusal> {
        let form = &call.form;
        let order = match form.get("Status") {
            Some("completed" | "canceled") => Some(Order::End),
            _ => match target(form.get("Url"), form.get("Method")) {
                Some(target) => Some(Order::GoTo(target)),
                None => form.get("Twiml").map(|text| Order::Twiml(text.to_owned())),
            },
        };
        if order.is_some() {
            self.played.insert(sid.to_owned(), order);
        }
        self.call_answer(sid, call)
    }
}

fn target(url: Option<&str>, method: Option<&str>) -> Option<Target> {
    let url = url.filter(|url| !url.is_empty())?;
    let method = match method {
        Some("GET") => HttpMethod::Get,
        _ => HttpMethod::Post,
    };
    Some(Target::new(url, method))
}
