//! What every request about a leg of a call says.

use crate::testing::simulation::{Account, Form, LegEntry, Session};

/// One leg: the caller's, or one that a `<Dial>` makes.
#[derive(Clone)]
pub(super) struct Facts {
    pub(super) sid: String,
    pub(super) account_sid: String,
    pub(super) from: String,
    pub(super) to: String,
    direction: &'static str,
    parent: Option<String>,
    pub(super) account: Account,
    /// What the test adds to each request.
    pub(super) extra: Form,
}

impl Facts {
    /// A call that comes in.
    pub(super) fn incoming(session: &Session, from: String, to: String) -> Self {
        Self {
            sid: session.account.sid("CA"),
            account_sid: session.account_sid.clone(),
            from,
            to,
            direction: "inbound",
            parent: None,
            account: session.account.clone(),
            extra: Form::default(),
        }
    }

    /// A call that the account has made, with the SID that it has.
    #[cfg(feature = "client")]
    pub(super) fn outgoing(session: &Session, sid: String, from: String, to: String) -> Self {
        Self {
            sid,
            direction: "outbound-api",
            ..Self::incoming(session, from, to)
        }
    }

    /// A leg that this one dials.
    pub(super) fn child(&self, from: Option<&str>, to: String) -> Self {
        Self {
            sid: self.account.sid("CA"),
            account_sid: self.account_sid.clone(),
            from: from.unwrap_or(&self.from).to_owned(),
            to,
            direction: "outbound-dial",
            parent: Some(self.sid.clone()),
            account: self.account.clone(),
            extra: Form::default(),
        }
    }

    /// Lets the account know what the status is now.
    pub(super) fn keep(&self, status: &str) {
        if let Some(ledger) = self.account.ledger() {
            ledger.call(&LegEntry {
                sid: &self.sid,
                account_sid: &self.account_sid,
                parent: self.parent.as_deref(),
                from: &self.from,
                to: &self.to,
                direction: self.direction,
                status,
            });
        }
    }

    /// The parameters, with the status the leg has now.
    pub(super) fn form(&self, status: &str) -> Form {
        let Self { from, to, .. } = self;
        let form = Form::default()
            .and_if("ParentCallSid", self.parent.as_ref())
            .and("Called", to)
            .and("Direction", self.direction)
            .and("CallSid", &self.sid)
            .and("To", to)
            .and("ApiVersion", "2010-04-01")
            .and("CallStatus", status)
            .and("From", from)
            .and("AccountSid", &self.account_sid)
            .and("Caller", from);
        place(place(form, ["From", "Caller"], from), ["To", "Called"], to)
            .and_all(self.extra.clone())
    }
}

/// Where a number is from; Twilio says so of phone numbers only, and leaves what it doesn't know
/// empty.
fn place(form: Form, sides: [&'static str; 2], address: &str) -> Form {
    if !address.starts_with('+') {
        return form;
    }
    let known = address.starts_with("+1");
    let place = [
        ("City", "WASHINGTON"),
        ("State", "DC"),
        ("Zip", "20005"),
        ("Country", "US"),
    ];
    place.iter().fold(form, |form, (part, value)| {
        let value = if known { value } else { "" };
        sides
            .iter()
            .fold(form, |form, side| form.and(format!("{side}{part}"), value))
    })
}
