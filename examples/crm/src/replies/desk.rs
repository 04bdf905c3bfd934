//! [`answer`]: decides on a text once, and keeps the decision; [`preview`] only decides.

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use twilio_hooks::{
    Address, CompanyId, ContactId, LineId, MessageId, UserId,
    store::{Line, StoreError},
};

use super::{
    decision::{Decision, decide, is_person},
    facts::{Question, digest, facts, kept},
    record::{Decided, find, keep},
    rule::{Answer, Occasion, Setup},
    warning::Warning,
};
use crate::{
    args,
    database::{Db, Tx},
    hours::{self, ClosedPeriod, Plan},
    messaging::{
        answer::{self, could_pay, pay},
        segments,
    },
    notices::Notices,
    templates::{self, Context, MAX_TEXT, RenderError},
};

/// A text that came.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) id: MessageId,
    pub(super) line: &'a Line,
    pub(super) contact: Option<ContactId>,
    pub(super) from: &'a Address,
    pub(super) to: &'a Address,
    pub(super) body: &'a str,
    /// It is about consent and nothing else.
    pub(super) is_keyword: bool,
    /// It may have come before.
    pub(super) is_repeated: bool,
    pub(super) at: Timestamp,
}

/// A text to answer with.
pub(super) struct Reply {
    /// The id of the message that it becomes.
    pub(super) id: MessageId,
    pub(super) body: String,
}

/// What would be decided. `Debug` does not show the answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Preview {
    /// What, or none if the rule is off.
    pub decision: Option<Decision>,
    /// More about it.
    pub detail: Option<String>,
    /// The text that would be sent, or that can't be because of the decision.
    pub text: Option<String>,
    /// The closed period, unless the company is open.
    pub closed: Option<ClosedPeriod>,
}

impl fmt::Debug for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preview")
            .field("decision", &self.decision)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}

/// Whom the answer is for, and who gives it.
struct Sides {
    company: CompanyId,
    contact: Option<ContactId>,
    line: Option<LineId>,
    user: Option<UserId>,
}

/// The answer to a text, if there is one. The first time it is decided and kept; a text that comes
/// again gets the same.
pub(super) async fn answer(
    db: &Db,
    notices: &Notices,
    setup: &Setup,
    text: &Text<'_>,
) -> Result<Option<Reply>, StoreError> {
    let company = text.line.company_id;
    if text.is_repeated
        && let Some(decided) = find(db, company, text.id).await?
    {
        return Ok(decided.into_reply());
    }
    if !setup.rule.enabled {
        return Ok(None);
    }
    let closed = closed_period(setup, text.at)?;
    let digest = digest(text.body);
    let question = Question {
        company,
        line: Some(text.line.id),
        contact: text.contact,
        from: Some(text.from),
        digest: &digest,
        at: text.at,
        is_preview: false,
    };
    let sides = Sides {
        company,
        contact: text.contact,
        line: Some(text.line.id),
        user: text.line.user_id,
    };
    let mut tx = db.begin().await?;
    let made = if text.is_keyword {
        Made::no(Decision::Keyword)
    } else if text.contact.is_none() || !is_person(text.from) {
        Made::no(Decision::NoPerson)
    } else {
        lock(&mut tx, company, text.contact).await?;
        make(&mut tx, setup, &question, closed, &sides).await?
    };
    let paid = match made.text {
        Some(_) => pay(&mut tx, company, text.at).await?,
        None => None,
    };
    let made = match paid {
        None if made.text.is_some() => Made::no(Decision::Budget),
        _ => made,
    };
    let decided = Decided {
        decision: made.decision,
        detail: made.detail,
        reply_id: made.text.is_some().then(|| MessageId::at(text.at)),
        reply: made.text,
        closed_since: closed
            .filter(|_| setup.rule.occasion == Occasion::Closed)
            .map(kept),
        at: text.at,
    };
    if !keep(&mut tx, text, &digest, &decided).await? {
        // The same text came at the same time, and was decided.
        drop(tx);
        let first = find(db, company, text.id).await?;
        return Ok(first.and_then(Decided::into_reply));
    }
    if let (Some(paid), Some(contact), Some(id), Some(body)) =
        (paid, text.contact, decided.reply_id, &decided.reply)
    {
        let answer = answer::Answer {
            id,
            line: text.line,
            contact,
            to: text.from,
            body,
            at: text.at,
        };
        paid.hand_over(&mut tx, &answer).await?;
    }
    let warning = Warning::of(&mut tx, text, &decided).await?;
    tx.commit().await?;
    if let Some(warning) = warning {
        warning.tell(notices).await;
    }
    Ok(decided.into_reply())
}

/// What would be decided on a text of `from`, to the line if there is one, at some time.
///
/// # Errors
/// If the database fails.
pub async fn preview(
    db: &Db,
    setup: &Setup,
    company: CompanyId,
    line: Option<&Line>,
    from: Option<&Address>,
    at: Timestamp,
) -> Result<Preview, StoreError> {
    let closed = closed_period(setup, at)?;
    if !setup.rule.enabled {
        return Ok(Preview {
            decision: None,
            detail: None,
            text: None,
            closed,
        });
    }
    // It is dropped in the end: nothing is written.
    let mut tx = db.begin().await?;
    let sql = "select id from contacts where company_id = $1 and address = $2";
    let key = from.and_then(Address::contact_key);
    let row = tx.row(sql, args![company, key]).await?;
    let contact = row.map(|row| row.get("id")).transpose()?;
    let question = Question {
        company,
        line: line.map(|line| line.id),
        contact,
        from,
        digest: &[],
        at,
        is_preview: true,
    };
    let sides = Sides {
        company,
        contact,
        line: line.map(|line| line.id),
        user: line.and_then(|line| line.user_id),
    };
    let mut made = if from.is_some_and(|from| !is_person(from)) {
        Made::no(Decision::NoPerson)
    } else {
        make(&mut tx, setup, &question, closed, &sides).await?
    };
    if made.text.is_some() && !could_pay(&mut tx, company, at).await? {
        made = Made::no(Decision::Budget);
    }
    let text = match made.text {
        Some(text) => Some(text),
        None => render(&mut tx, setup, &sides).await?.ok(),
    };
    Ok(Preview {
        decision: Some(made.decision),
        detail: made.detail,
        text,
        closed,
    })
}

/// A decision that was made, and the text if it is to be sent.
struct Made {
    decision: Decision,
    detail: Option<String>,
    text: Option<String>,
}

impl Made {
    fn no(decision: Decision) -> Self {
        Self {
            decision,
            detail: None,
            text: None,
        }
    }
}

async fn make(
    tx: &mut Tx,
    setup: &Setup,
    question: &Question<'_>,
    closed: Option<ClosedPeriod>,
    sides: &Sides,
) -> Result<Made, StoreError> {
    let facts = facts(tx, question, &setup.rule, closed).await?;
    let decision = decide(&setup.rule, closed, &facts, question.at);
    if decision != Decision::Sent {
        return Ok(Made::no(decision));
    }
    Ok(match render(tx, setup, sides).await? {
        Err(error) => Made {
            detail: Some(error.to_string()),
            ..Made::no(Decision::Template)
        },
        Ok(text) => Made {
            decision,
            detail: None,
            text: Some(text),
        },
    })
}

async fn render(
    tx: &mut Tx,
    setup: &Setup,
    sides: &Sides,
) -> Result<Result<String, RenderError>, StoreError> {
    let body = match &setup.rule.answer {
        Answer::Plain(text) => {
            let length = segments::length(text);
            return Ok(match length > MAX_TEXT {
                true => Err(RenderError::TooLong(length)),
                false => Ok(text.clone()),
            });
        }
        Answer::Body(body) | Answer::Template(_, body) => body,
        Answer::Nothing => return Ok(Err(RenderError::Missing(Vec::new()))),
    };
    let context = Context {
        company: sides.company,
        contact: sides.contact,
        user: sides.user,
        line: sides.line,
        given: &BTreeMap::new(),
    };
    templates::render_in(tx, body, &context).await
}

/// The closed period, for a rule that depends on it.
fn closed_period(setup: &Setup, at: Timestamp) -> Result<Option<ClosedPeriod>, StoreError> {
    let Some(plan) = &setup.schedule else {
        return Ok(None);
    };
    if setup.rule.occasion != Occasion::Closed {
        return Ok(None);
    }
    let plan: Plan =
        serde_json::from_str(plan).map_err(|error| StoreError::corrupt("business hours", error))?;
    Ok(hours::stored(&plan, setup.home_zone.as_deref())?.closed_period(at))
}

/// Two texts of one contact wait for each other. On SQLite every transaction does.
async fn lock(
    tx: &mut Tx,
    company: CompanyId,
    contact: Option<ContactId>,
) -> Result<(), StoreError> {
    if let Tx::Postgres(_) = tx {
        let sql = "select id from contacts where company_id = $1 and id = $2 for no key update";
        tx.row(sql, args![company, contact]).await?;
    }
    Ok(())
}
