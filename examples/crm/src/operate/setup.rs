//! [`Setup`]: the numbers of an account, where Twilio sends what comes in for them, and making that us.

use std::collections::HashMap;

use serde::Serialize;
use twilio_hooks::{
    AccountSid, CompanyId, LineId,
    store::{Line, StoreError},
};

use crate::{
    accounts::{
        ManageError, NewLine, address,
        webhooks::{Found, Reason, WebhookState},
    },
    api::Caller,
    app::AppState,
    args,
    database::Company,
};

/// An account, seen by one of the companies that may have its numbers.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct Setup {
    /// `AC…`.
    pub account_sid: AccountSid,
    /// What Twilio calls the account.
    pub account_name: Option<String>,
    /// Whose lines the numbers become.
    pub company: String,
    /// Its numbers, and then its messaging services.
    pub numbers: Vec<Number>,
    #[serde(skip)]
    company_id: CompanyId,
}

/// A number or messaging service.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Number {
    /// In E.164, or the SID of a messaging service.
    pub address: String,
    /// What Twilio calls it.
    pub name: Option<String>,
    /// Whether it is a messaging service.
    pub is_messaging_service: bool,
    /// The messaging service that a number is in.
    pub messaging_service_sid: Option<String>,
    /// Whose line it is.
    pub line: Owner,
    /// How its webhooks are set.
    pub webhooks: Vec<WebhookRow>,
    /// What was done about it.
    pub result: Outcome,
    /// Why it could not be done.
    pub error: Option<String>,
    #[serde(skip)]
    line_id: Option<LineId>,
}

/// Whose line a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// Nobody's.
    Nobody,
    /// The company's.
    Own,
    /// Another company's.
    AnotherCompany,
}

/// A webhook as it is, and as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WebhookRow {
    /// As [`Webhook::as_str`](crate::accounts::webhooks::Webhook::as_str) writes it.
    pub webhook: &'static str,
    /// The URL that counts, without secrets.
    pub actual: Option<String>,
    /// Its method.
    pub actual_method: Option<String>,
    /// Our URL.
    pub expected: String,
    /// Always `POST`.
    pub expected_method: &'static str,
    /// As [`Reason::as_str`] writes it.
    pub reason: &'static str,
    #[serde(skip)]
    is_anothers: bool,
}

/// What was done about a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// Nobody chose it.
    NotChosen,
    /// It is a line, and all its webhooks are ours; nothing was done.
    NothingToDo,
    /// It would be made so.
    WouldSet,
    /// It was made so.
    Set,
    /// Another application's webhooks are there, and nobody said to replace them.
    NeedsTakeOver,
    /// It could not be made so.
    Failed,
}

impl From<WebhookState> for WebhookRow {
    fn from(state: WebhookState) -> Self {
        Self {
            webhook: state.webhook.as_str(),
            actual: state.shown(),
            actual_method: state.actual_method,
            expected: state.expected,
            expected_method: "POST",
            reason: state.reason.as_str(),
            is_anothers: state.reason.is_anothers(),
        }
    }
}

impl WebhookRow {
    /// Whether it is as it should be.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.reason == Reason::Ok.as_str()
    }
}

impl Number {
    /// Whether another application would get nothing any more.
    #[must_use]
    pub fn is_anothers(&self) -> bool {
        self.webhooks.iter().any(|row| row.is_anothers)
    }

    fn is_done(&self) -> bool {
        self.line == Owner::Own && self.webhooks.iter().all(WebhookRow::is_ok)
    }
}

impl Setup {
    /// Asks Twilio about an account: whether it takes the credentials, what it has, and how that is
    /// set. Changes nothing.
    ///
    /// # Errors
    /// If Twilio does not take the credentials or can't be asked, or the database fails.
    pub async fn look(
        state: &AppState,
        company: &Company,
        account: &AccountSid,
    ) -> Result<Self, ManageError> {
        let accounts = &state.accounts;
        let seen = accounts.look_at(account).await?;
        let found = accounts.overview(account).await?;
        let owners = owners(state, account).await?;
        let number = |found: &Found| {
            let owner = owners.get(&found.address);
            let service = found.setup.service.as_ref().filter(|_| !found.is_service());
            Number {
                address: found.address.clone(),
                name: found.name.clone(),
                is_messaging_service: found.is_service(),
                messaging_service_sid: service.map(|service| service.sid.to_string()),
                line: match owner {
                    None => Owner::Nobody,
                    Some((_, owner)) if *owner == company.id => Owner::Own,
                    Some(_) => Owner::AnotherCompany,
                },
                webhooks: rows(accounts.states_of(found)),
                result: Outcome::NotChosen,
                error: None,
                line_id: owner.map(|(line, _)| *line),
            }
        };
        Ok(Self {
            account_sid: account.clone(),
            account_name: seen.friendly_name,
            company: company.name.clone(),
            numbers: found.iter().map(number).collect(),
            company_id: company.id,
        })
    }

    /// The place of a number that somebody has written; as it stands in [`numbers`](Self::numbers).
    #[must_use]
    pub fn find(&self, written: &str) -> Option<usize> {
        let wanted = address(written)?;
        let mut numbers = self.numbers.iter();
        numbers.position(|number| number.address == wanted)
    }

    /// Makes a number a line of the company, and its webhooks ours; says in the number what came of it.
    /// Whether another application's webhooks are replaced is for `take_over` to say.
    ///
    /// # Panics
    /// If there is no number at this place.
    pub async fn set(&mut self, state: &AppState, place: usize, take_over: bool) {
        let mut number = self.numbers[place].clone();
        let done = self.try_set(state, &mut number, take_over).await;
        number.result = done.unwrap_or_else(|error| {
            number.error = Some(error.to_string());
            Outcome::Failed
        });
        self.numbers[place] = number;
    }

    /// Says in the number what [`set`](Self::set) would do.
    ///
    /// # Panics
    /// If there is no number at this place.
    pub fn rehearse(&mut self, place: usize, take_over: bool) {
        let number = &mut self.numbers[place];
        number.result = match refusal(number, take_over) {
            Some(outcome) => outcome,
            None if number.is_done() => Outcome::NothingToDo,
            None => Outcome::WouldSet,
        };
    }

    async fn try_set(
        &self,
        state: &AppState,
        number: &mut Number,
        take_over: bool,
    ) -> Result<Outcome, ManageError> {
        if let Some(outcome) = refusal(number, take_over) {
            return Ok(outcome);
        }
        if number.is_done() {
            return Ok(Outcome::NothingToDo);
        }
        let caller = Caller::server(self.company_id, state.clock.now());
        // The line first: what comes in from then on has a place.
        let line = match number.line_id {
            Some(id) => {
                let address = number.address.clone();
                Line::new(id, self.account_sid.clone(), address, self.company_id)
            }
            None => {
                let new = NewLine {
                    account_sid: self.account_sid.clone(),
                    address: number.address.clone(),
                    user: None,
                    name: None,
                };
                state.accounts.assign_line(&caller, new).await?
            }
        };
        (number.line, number.line_id) = (Owner::Own, Some(line.id));
        let fixed = state.accounts.fix_webhooks(&caller, &line, take_over);
        number.webhooks = rows(fixed.await?);
        if number.is_done() {
            return Ok(Outcome::Set);
        }
        Err(ManageError::Conflict(
            "Twilio has taken the webhooks, and says that they are others all the same",
        ))
    }
}

/// Why nothing can be done about a number, if it is so.
fn refusal(number: &mut Number, take_over: bool) -> Option<Outcome> {
    if number.line == Owner::AnotherCompany {
        number.error = Some("it is a line of another company".to_owned());
        return Some(Outcome::Failed);
    }
    (number.is_anothers() && !take_over).then_some(Outcome::NeedsTakeOver)
}

fn rows(states: Vec<WebhookState>) -> Vec<WebhookRow> {
    states.into_iter().map(WebhookRow::from).collect()
}

/// The lines of an account, and whose they are.
async fn owners(
    state: &AppState,
    account: &AccountSid,
) -> Result<HashMap<String, (LineId, CompanyId)>, StoreError> {
    let sql = "select id, address, company_id from lines where account_sid = $1";
    let rows = state.database.db.rows(sql, args![account.as_str()]).await?;
    rows.iter()
        .map(|row| {
            let line = (row.get("id")?, row.get("company_id")?);
            Ok((row.get("address")?, line))
        })
        .collect()
}
