//! What a test decides: what there is, what becomes of it, what goes wrong.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use jiff::Timestamp;
use tokio::sync::Mutex;
use tower::Service;

use super::{
    CallbackFate, CallbackPlan, FakeTwilio, Fault, MessageFate, callback::Fates, delivery::Route,
    state::File,
};
use crate::{
    AccountSid, Address, BoxError, CallSid, MediaSid, MessageSid, MessagingServiceSid,
    PhoneNumberSid, RecordingSid,
    client::AccountStatus,
    testing::{
        CallFate,
        simulation::{Application, InProcess},
    },
};

impl FakeTwilio {
    /// Gives the account a number.
    pub fn add_number(&self, number: impl Into<Address>) -> PhoneNumberSid {
        self.shared.lock().add_number(number.into().as_str()).into()
    }

    /// Makes a messaging service without numbers.
    #[must_use]
    pub fn add_messaging_service(&self, name: &str) -> MessagingServiceSid {
        let service = self.shared.lock().add_service(name);
        service["sid"].as_str().unwrap_or_default().into()
    }

    /// What the account's status is from now on. Nothing else changes: a real account that is
    /// suspended refuses most requests.
    pub fn set_account_status(&self, status: &AccountStatus) {
        let mut state = self.shared.lock();
        let sid = state.account_sid.clone();
        if let Some(account) = state.accounts.get_mut(&sid) {
            account["status"] = status.as_str().into();
        }
    }

    /// What the `Date` header of answers says from now on: so a machine has a clock that is wrong.
    /// Unless this is called it is the real time.
    pub fn say_date(&self, date: Timestamp) {
        self.shared.lock().said_date = Some(date);
    }

    /// Adds a subaccount; see [`Client::for_account`](crate::client::Client::for_account).
    pub fn add_subaccount(&self, sid: impl Into<AccountSid>) {
        self.shared.lock().add_account(sid.into().as_str());
    }

    /// Lets somebody send a message to the account; it is kept, and no webhook is sent.
    pub fn add_incoming_message(
        &self,
        from: impl Into<Address>,
        to: impl Into<Address>,
        body: &str,
    ) -> MessageSid {
        let (from, to) = (from.into(), to.into());
        let sid = self
            .shared
            .lock()
            .add_incoming(from.as_str(), to.as_str(), body);
        sid.into()
    }

    /// Lets somebody call the account; the call is kept as over, and no webhook is sent.
    pub fn add_incoming_call(
        &self,
        from: impl Into<Address>,
        to: impl Into<Address>,
        fate: CallFate,
    ) -> CallSid {
        let (from, to) = (from.into(), to.into());
        let mut state = self.shared.lock();
        let sid = state.add_incoming_call(from.as_str(), to.as_str(), fate);
        sid.into()
    }

    /// Adds a recording of a call, so long, with a file to download; no webhook is sent.
    #[expect(clippy::must_use_candidate, reason = "it is called for what it does")]
    pub fn add_recording(&self, call: &CallSid, lasts: Duration) -> RecordingSid {
        let sid = self.shared.lock().add_recording(call.as_str(), lasts);
        sid.into()
    }

    /// Adds a file to a message.
    pub fn add_media(
        &self,
        message: &MessageSid,
        content_type: &str,
        bytes: impl Into<Bytes>,
    ) -> MediaSid {
        let file = File {
            content_type: content_type.to_owned(),
            bytes: bytes.into(),
        };
        let mut state = self.shared.lock();
        let sid = state.add_media(message.as_str(), file);
        state.count_media(message.as_str());
        sid.into()
    }

    /// Replaces the sound of a recording.
    pub fn set_recording_media(
        &self,
        recording: &RecordingSid,
        content_type: &str,
        bytes: impl Into<Bytes>,
    ) {
        let file = File {
            content_type: content_type.to_owned(),
            bytes: bytes.into(),
        };
        let mut state = self.shared.lock();
        state.files.insert(recording.as_str().to_owned(), file);
    }

    /// The person opts out: messages to the number are refused with 21610.
    pub fn opt_out(&self, number: impl Into<Address>) {
        let number = number.into().as_str().to_owned();
        self.shared.lock().opted_out.insert(number);
    }

    /// The person opts in again.
    pub fn opt_in(&self, number: impl Into<Address>) {
        let number = number.into();
        self.shared.lock().opted_out.remove(number.as_str());
    }

    /// Makes it a trial account that reaches these numbers only: others are refused with 21608 and
    /// 21219.
    pub fn make_trial<A: Into<Address>>(&self, verified: impl IntoIterator<Item = A>) {
        let verified = verified
            .into_iter()
            .map(|number| number.into().as_str().to_owned())
            .collect();
        self.shared.lock().verified = Some(verified);
    }

    /// Decides what becomes of messages to this address; they are delivered if nothing is set.
    pub fn set_message_fate(&self, to: impl Into<Address>, fate: MessageFate) {
        let to = to.into().as_str().to_owned();
        self.shared.lock().message_fates.insert(to, fate);
    }

    /// Decides what becomes of calls to this address; they last ten seconds if nothing is set.
    pub fn set_call_fate(&self, to: impl Into<Address>, fate: CallFate) {
        let to = to.into().as_str().to_owned();
        self.shared.lock().call_fates.insert(to, fate);
    }

    /// Lets something go wrong with the next request to the API; called several times, with the
    /// ones after it.
    pub fn fail_next(&self, fault: Fault) {
        self.fail_next_at("", fault);
    }

    /// The same with the next request to a path that has `part` in it, such as `/Recordings/`; those
    /// to other paths are not concerned.
    pub fn fail_next_at(&self, part: &str, fault: Fault) {
        self.shared
            .lock()
            .faults
            .push_back((part.to_owned(), fault));
    }

    /// Redirects files to another place than the fake's own store.
    pub fn redirect_files_to(&self, url: impl Into<String>) {
        self.shared.lock().storage_url = url.into();
    }

    /// How reliably status callbacks arrive from now on.
    pub fn plan_callbacks(&self, plan: CallbackPlan) {
        self.shared.lock().fates = Fates::new(plan);
    }

    /// What happens to the next status callbacks, before the plan decides again.
    pub fn script_callbacks(&self, fates: impl IntoIterator<Item = CallbackFate>) {
        self.shared.lock().fates.script(fates);
    }

    /// Leads callbacks for a public origin, such as `https://hooks.example.com`, to a port of this
    /// machine. They are signed with the public URL.
    pub fn route(&self, origin: &str, address: SocketAddr) {
        let origin = origin.trim_end_matches('/').to_owned();
        let route = Route::Port(address);
        self.shared.lock().routes.insert(origin, route);
    }

    /// Leads callbacks for a public origin, such as `https://hooks.example.com`, to a service in
    /// this process, such as a clone of an axum `Router`: then they need no socket.
    pub fn connect<S, B>(&self, origin: &str, service: S)
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>> + Send + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        let origin = origin.trim_end_matches('/').to_owned();
        let service: Box<dyn Application> = Box::new(InProcess::new(service));
        let route = Route::Service(Arc::new(Mutex::new(service)));
        self.shared.lock().routes.insert(origin, route);
    }
}
