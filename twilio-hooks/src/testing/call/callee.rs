//! [`Callee`]: who is called by the application, before the call is answered.

use std::fmt;

use super::{Call, facts::Facts, reports::Reports, ringing::Ringing};
use crate::{
    testing::simulation::{
        Account, Application, Failure, Order, PlacedCall, Session, Target, Transcript,
    },
    twiml::{CallEvent, HttpMethod, lint::FindingCode},
};

/// Somebody whom an application calls by Twilio's API.
///
/// Made by `FakeTwilio::callee`, for a call that was made with the API of the fake and has not been
/// answered. What happens is told to the application in the same process: its `StatusCallback` of
/// the events it has asked for, and its `Url` is asked for TwiML when the call is answered. The
/// fake's API tells the same.
///
/// # Examples
/// ```
/// # use std::convert::Infallible;
/// # use bytes::Bytes;
/// # use http::{Request, Response};
/// # use http_body_util::Full;
/// # use tower::service_fn;
/// # use twilio_hooks::{
/// #     CallStatus,
/// #     client::CreateCall,
/// #     testing::{FakeTwilio, block_on},
/// #     twiml::{Dial, Gather, Say, VoiceResponse},
/// # };
/// // Asks a colleague to press a key, and then dials the customer.
/// async fn app(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
///     let reply = VoiceResponse::new();
///     let reply = match request.uri().path() {
///         "/agent" => reply.with(
///             Gather::new()
///                 .num_digits(1)
///                 .action("/customer")
///                 .with(Say::new("Press 1 to call the customer.")),
///         ),
///         "/customer" => reply.with(Dial::new("+12025550143")),
///         _ => reply,
///     };
///     let response = Response::builder().header("content-type", "text/xml");
///     Ok(response.body(reply.to_bytes().into()).expect("a good header"))
/// }
///
/// # block_on(async {
/// let fake = FakeTwilio::start().await?;
/// fake.add_number("+12025550100");
/// // What the application does when somebody clicks on a customer:
/// let twilio = fake.client();
/// let call = CreateCall::new("+12025550102", "+12025550100")
///     .url("https://hooks.example.com/agent");
/// let created = twilio.calls().create(call).await?;
///
/// let mut call = fake.callee(service_fn(app), "+12025550102").answers().await?;
/// call.hears("Press 1").await?;
/// call.presses("1").await?;
/// call.is_connected_to("+12025550143").await?;
/// call.somebody_answers().await?;
/// call.talks_for(std::time::Duration::from_secs(60)).await?;
/// call.they_hang_up().await?;
/// call.is_over().await?;
///
/// let over = twilio.calls().fetch(&created.sid).await?;
/// assert_eq!(over.status, Some(CallStatus::Completed));
/// # assert!(over.duration > Some(60));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[must_use = "nothing happens before somebody answers, or doesn't"]
pub struct Callee {
    application: Box<dyn Application>,
    account: Account,
    auth_token: String,
    wanted: String,
    allowed: Vec<FindingCode>,
}

impl Callee {
    pub(in crate::testing) fn new(
        application: Box<dyn Application>,
        account: Account,
        auth_token: &str,
        wanted: &str,
    ) -> Self {
        Self {
            application,
            account,
            auth_token: auth_token.to_owned(),
            wanted: wanted.to_owned(),
            allowed: Vec::new(),
        }
    }

    /// Lets an error of the linter pass; Twilio then does what the linter says.
    pub fn allow(mut self, code: FindingCode) -> Self {
        self.allowed.push(code);
        self
    }

    /// A person answers, and hears the TwiML of the call.
    ///
    /// # Errors
    /// If there is no such call that waits for an answer, or the application's answer is of no use,
    /// as the [module](crate::testing::call) tells.
    pub async fn answers(self) -> Result<Call, Failure> {
        self.pick_up()?.answered("human").await
    }

    /// A machine answers, which the application is told if it has asked for machine detection.
    ///
    /// # Errors
    /// Those of [`answers`](Self::answers).
    pub async fn machine_answers(self) -> Result<Call, Failure> {
        self.pick_up()?.answered("machine_start").await
    }

    /// The line is busy.
    ///
    /// # Errors
    /// If there is no such call that waits for an answer, or the application doesn't take a report.
    pub async fn is_busy(self) -> Result<Transcript, Failure> {
        self.pick_up()?.missed("busy").await
    }

    /// It rings until the `Timeout` of the call.
    ///
    /// # Errors
    /// Those of [`is_busy`](Self::is_busy).
    pub async fn does_not_answer(self) -> Result<Transcript, Failure> {
        self.pick_up()?.missed("no-answer").await
    }

    /// The call can't be put through.
    ///
    /// # Errors
    /// Those of [`is_busy`](Self::is_busy).
    pub async fn cannot_be_reached(self) -> Result<Transcript, Failure> {
        self.pick_up()?.missed("failed").await
    }

    fn pick_up(self) -> Result<Ringing, Failure> {
        let ledger = self.account.ledger();
        let placed = ledger.and_then(|ledger| ledger.pick_up(&self.wanted));
        let home = placed.as_ref().and_then(|placed| match &placed.first {
            Order::GoTo(target) => Some(target.clone()),
            _ => Some(placed.reports.as_ref()?.0.clone()),
        });
        let nowhere = home.is_none();
        let home = home.unwrap_or_else(|| Target::new("https://localhost/", HttpMethod::Post));
        let mut session = Session::new(self.application, home);
        session.enter(self.account);
        session.auth_token = self.auth_token;
        session.allowed = self.allowed;
        session.is_everywhere = nowhere;
        let Some(placed) = placed else {
            let message = format!("no call to {} waits for an answer", self.wanted);
            return Err(session.unexpected(message));
        };
        session.account_sid.clone_from(&placed.account_sid);
        session.fallback.clone_from(&placed.fallback);
        let reports = placed.reports.as_ref().map(|(target, events, told)| {
            let events = events.iter().map(|event| CallEvent::from(event.clone()));
            Reports::new(target.clone(), events.collect(), *told)
        });
        let PlacedCall { sid, from, to, .. } = &placed;
        let facts = Facts::outgoing(&session, sid.clone(), from.clone(), to.clone());
        Ok(Ringing {
            session,
            facts,
            reports,
            placed,
        })
    }
}

impl fmt::Debug for Callee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callee").finish_non_exhaustive()
    }
}
