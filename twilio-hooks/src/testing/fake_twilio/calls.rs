//! Calls: started, reported, ended.

use std::time::Duration;

use jiff::fmt::rfc2822;
use serde_json::{Value, json};

use super::{
    answer::{Answer, Refusal, bad_request},
    callback::Callback,
    placed::Placed,
    routes::ApiCall,
    rows::NewCall,
    state::{Due, Listener, State},
    table::text,
};
use crate::{Address, AddressKind, testing::CallFate};

impl State {
    pub(super) fn create_call(&mut self, call: &ApiCall) -> Result<Answer, Refusal> {
        let form = &call.form;
        let given = |name| form.get(name).filter(|value| !value.is_empty());
        let to = given("To").ok_or_else(|| bad_request(21201, "There is nobody to call."))?;
        let from = given("From").ok_or_else(|| bad_request(21213, "There is no caller."))?;
        if ["Url", "Twiml", "ApplicationSid"]
            .into_iter()
            .all(|name| given(name).is_none())
        {
            return Err(bad_request(
                21205,
                "There is neither a URL nor TwiML nor an application.",
            ));
        }
        match Address::from(to).kind() {
            AddressKind::PhoneNumber => {
                if self
                    .verified
                    .as_ref()
                    .is_some_and(|verified| !verified.contains(to))
                {
                    return Err(bad_request(
                        21219,
                        "This trial account may call its verified numbers only.",
                    ));
                }
            }
            AddressKind::Client | AddressKind::Sip => {}
            _ => {
                let message = format!("{to} is no number to call.");
                return Err(bad_request(21211, &message));
            }
        }
        if Address::from(from).kind() == AddressKind::PhoneNumber && !self.owns(from) {
            let message = format!("{from} is neither a number of this account nor verified.");
            return Err(bad_request(21210, &message));
        }

        let sid = self.new_sid("CA");
        let row = self.insert_call(&NewCall {
            sid: &sid,
            account_sid: &call.account_sid,
            parent: None,
            from,
            to,
            direction: "outbound-api",
        });
        self.placed.insert(sid.clone(), Placed::new(form.clone()));
        if let Some(url) = given("StatusCallback") {
            let mut events: Vec<String> = form
                .get_all("StatusCallbackEvent")
                .map(Into::into)
                .collect();
            if events.is_empty() {
                events.push("completed".to_owned());
            }
            let get = given("StatusCallbackMethod") == Some("GET");
            let listener = Listener {
                url: url.to_owned(),
                get,
                events,
                told: 0,
            };
            self.listeners.insert(sid.clone(), listener);
        }
        if given("Record") == Some("true") {
            self.plan_recording(&sid, call, "OutboundAPI");
        }
        let fate = self.fate_of_call(to);
        let live = self.is_live;
        let rings = given("Timeout")
            .and_then(|seconds| seconds.parse().ok())
            .unwrap_or(60);
        let mut step = |after, step| {
            self.schedule(
                after,
                Due::Call {
                    sid: sid.clone(),
                    step,
                },
            );
        };
        step(Duration::from_millis(200), "initiated");
        let ringing = Duration::from_secs(1);
        match fate {
            // Somebody plays it from here, as soon as it rings.
            CallFate::Completed(_) if live => {
                step(ringing, "ringing");
                step(ringing, "in-progress");
            }
            CallFate::Completed(lasts) => {
                step(ringing, "ringing");
                step(Duration::from_secs(4), "in-progress");
                step(Duration::from_secs(4) + lasts, "completed");
            }
            CallFate::Busy => {
                step(ringing, "ringing");
                step(Duration::from_secs(2), "busy");
            }
            CallFate::NoAnswer => {
                step(ringing, "ringing");
                step(ringing + Duration::from_secs(rings), "no-answer");
            }
            CallFate::Failed => step(ringing, "failed"),
        }
        Ok(Answer::created(&row))
    }

    pub(super) fn update_call(&mut self, sid: &str, call: &ApiCall) -> Result<Answer, Refusal> {
        let row = self.calls.get(sid).ok_or_else(|| call.not_found())?;
        let status = text(row, "status").to_owned();
        if is_over(&status) {
            return Err(bad_request(21220, "The call is over."));
        }
        if self.played.contains_key(sid) {
            return self.order(sid, call);
        }
        if let Some(url) = call.form.get("StatusCallback") {
            let listener = self.listeners.entry(sid.to_owned()).or_default();
            url.clone_into(&mut listener.url);
            listener.events = vec!["completed".to_owned()];
        }
        let answered = status == "in-progress";
        let end = match call.form.get("Status") {
            Some("completed") if answered => Some("completed"),
            Some("completed" | "canceled") if !answered => Some("canceled"),
            _ => None,
        };
        if let Some(end) = end {
            self.forget_steps(sid);
            self.call_goes_on(sid, end);
        }
        self.call_answer(sid, call)
    }

    /// What becomes of calls to this address.
    pub(super) fn fate_of_call(&self, to: &str) -> CallFate {
        let fate = self.call_fates.get(to).copied();
        fate.unwrap_or(CallFate::Completed(Duration::from_secs(10)))
    }

    pub(super) fn call_answer(&self, sid: &str, call: &ApiCall) -> Result<Answer, Refusal> {
        let row = self.calls.get(sid).ok_or_else(|| call.not_found())?;
        Ok(Answer::ok(&Value::Object(row.clone())))
    }

    pub(super) fn call_goes_on(&mut self, sid: &str, step: &str) {
        let (now, date) = (self.now, self.date());
        if let Some(placed) = self.placed.get_mut(sid) {
            placed.reached(step);
        }
        let Some(row) = self.calls.get_mut(sid) else {
            return;
        };
        // The API shows a call that is being dialled as waiting.
        if step != "initiated" {
            row["status"] = json!(step);
        }
        row["date_updated"] = json!(date);
        if step == "in-progress" {
            row["start_time"] = json!(date);
        }
        let mut seconds = 0;
        if is_over(step) {
            let start = rfc2822::DateTimeParser::new().parse_timestamp(text(row, "start_time"));
            seconds = start.map_or(0, |start| now.duration_since(start).as_secs());
            row["end_time"] = json!(date);
            row["duration"] = json!(seconds.to_string());
            row["price"] = json!("-0.01400");
        }
        self.report_call(sid, step, seconds);
        if step == "completed" {
            self.finish_recordings(sid, seconds);
        }
    }

    fn report_call(&mut self, sid: &str, step: &str, seconds: i64) {
        let date = self.date();
        let (Some(row), Some(listener)) = (self.calls.get(sid), self.listeners.get_mut(sid)) else {
            return;
        };
        let event = match step {
            "in-progress" => "answered",
            step if is_over(step) => "completed",
            step => step,
        };
        if !listener.events.iter().any(|wanted| wanted == event) {
            return;
        }
        let field = |name| text(row, name).to_owned();
        let mut params = vec![
            ("Called", field("to")),
            ("To", field("to")),
            ("CallStatus", step.to_owned()),
            ("Timestamp", date),
            ("Direction", field("direction")),
            ("CallbackSource", "call-progress-events".to_owned()),
            ("SequenceNumber", listener.told.to_string()),
            ("CallSid", field("sid")),
            ("AccountSid", field("account_sid")),
            ("Caller", field("from")),
            ("From", field("from")),
            ("ApiVersion", "2010-04-01".to_owned()),
        ];
        if event == "completed" {
            params.push(("CallDuration", seconds.to_string()));
            params.push(("Duration", seconds.unsigned_abs().div_ceil(60).to_string()));
        }
        listener.told += 1;
        let callback = Callback {
            url: listener.url.clone(),
            get: listener.get,
            params,
        };
        self.tell(&callback);
    }
}

pub(super) fn is_over(status: &str) -> bool {
    matches!(
        status,
        "completed" | "busy" | "no-answer" | "failed" | "canceled"
    )
}
