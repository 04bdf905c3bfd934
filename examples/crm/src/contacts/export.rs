//! Everything out: one contact as JSON, all of them as CSV; in pieces, so that no size matters.

use futures_util::{Stream, StreamExt as _, stream};
use serde::Serialize;
use serde_json::json;
use tokio::sync::mpsc;
use tracing::Instrument as _;
use twilio_hooks::{
    CallId, CompanyId, ContactId, LineId, MessageId,
    store::{Direction, StoreError},
};

use super::{
    details::{self, Contact, Filter},
    links,
    phone::Country,
};
use crate::{
    args,
    database::Database,
    threads::{
        entry::{Entry, Sent},
        page::{self, Part},
    },
};

/// How many rows are read at a time.
const PAGE: u32 = 500;

/// A part of a file, or why there is no more of it.
pub type Piece = Result<String, StoreError>;

/// The columns of the list of contacts.
const COLUMNS: [&str; 10] = [
    "id",
    "address",
    "name",
    "email",
    "company_name",
    "labels",
    "notes",
    "country",
    "blocked_at",
    "created_at",
];

/// All contacts as CSV, newest first. No cell is a formula for whoever opens it.
pub fn csv(database: Database, company: CompanyId) -> impl Stream<Item = Piece> + Send + 'static {
    let header = csv_line(&COLUMNS.map(str::to_owned));
    let pages = stream::try_unfold(Some(None), move |state| {
        let db = database.db.clone();
        async move {
            let Some(before) = state else {
                return Ok(None);
            };
            let filter = Filter::default();
            let (page, next) = details::contacts(&db, company, &filter, before, PAGE).await?;
            let text: String = page
                .iter()
                .map(|contact| csv_line(&cells(contact)))
                .collect();
            Ok(Some((text, next.map(Some))))
        }
    });
    stream::once(async { Ok(header) }).chain(pages)
}

fn cells(contact: &Contact) -> [String; 10] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        contact.id.to_string(),
        contact.address.clone(),
        text(&contact.name),
        text(&contact.email),
        text(&contact.company_name),
        contact.labels.join(", "),
        text(&contact.notes),
        text(&contact.country),
        contact
            .blocked_at
            .map_or_else(String::new, |at| at.to_string()),
        contact.created_at.to_string(),
    ]
}

/// A line of a CSV file. No cell is a formula for whoever opens it.
pub(crate) fn csv_line(cells: &[String]) -> String {
    let cells: Vec<_> = cells.iter().map(|text| cell(text)).collect();
    format!("{}\r\n", cells.join(","))
}

/// A table takes what begins like this for a formula, and may send it anywhere. A number with its `+`
/// is only a number.
fn cell(text: &str) -> String {
    let is_number = text
        .strip_prefix('+')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit()));
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let guard = if is_formula && !is_number { "'" } else { "" };
    if guard.is_empty() && !text.contains([',', '"', '\n', '\r']) {
        return text.to_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// Everything of one contact as JSON: what was entered, messages, calls with their recordings, and
/// when something was done to it. Addresses of files at Twilio are left out.
///
/// `None` if there is no such contact.
///
/// # Errors
/// If the database fails.
pub async fn json(
    database: Database,
    company: CompanyId,
    id: ContactId,
    home: Country,
) -> Result<Option<impl Stream<Item = Piece> + Send + 'static>, StoreError> {
    let Some(primary) = links::primary(&database.db, company, id).await? else {
        return Ok(None);
    };
    let group = links::group(&database.db, company, primary).await?;
    let contacts = details::by_ids(&database.db, company, &group).await?;
    let (pieces, mut taken) = mpsc::channel::<Piece>(4);
    let work = async move {
        let export = Export {
            database,
            company,
            pieces,
        };
        if let Err(error) = export.run(primary, &group, &contacts, home).await {
            let _ = export.pieces.send(Err(error)).await;
        }
    };
    tokio::spawn(work.in_current_span());
    Ok(Some(stream::poll_fn(move |cx| taken.poll_recv(cx))))
}

struct Export {
    database: Database,
    company: CompanyId,
    pieces: mpsc::Sender<Piece>,
}

impl Export {
    async fn run(
        &self,
        primary: ContactId,
        group: &[ContactId],
        contacts: &[Contact],
        home: Country,
    ) -> Result<(), StoreError> {
        let known: Vec<_> = contacts.iter().map(|it| known(it, home)).collect();
        self.put(format!("{{\"contacts\":{}", text(&known)?)).await;
        self.put(format!(",\"audit\":{}", text(&self.audit(group).await?)?))
            .await;
        let consent = self.consent(group).await?;
        self.put(format!(",\"consent\":{}", text(&consent)?)).await;
        self.put(",\"timeline\":[".to_owned()).await;
        let mut is_first = true;
        let mut part = Part::Newest;
        // Whoever asked may be gone.
        while !self.pieces.is_closed() {
            let page = page::page(&self.database, self.company, primary, part, PAGE).await?;
            for entry in page.items {
                let entry = text(&self.entry(entry).await?)?;
                let comma = if is_first { "" } else { "," };
                is_first = false;
                self.put(format!("{comma}{entry}")).await;
            }
            match page.older {
                Some(before) => part = Part::Before(before),
                None => break,
            }
        }
        self.put("]}\n".to_owned()).await;
        Ok(())
    }

    async fn put(&self, piece: String) {
        let _ = self.pieces.send(Ok(piece)).await;
    }

    async fn entry(&self, entry: Entry) -> Result<serde_json::Value, StoreError> {
        Ok(match entry {
            Entry::Message(it, sent) => json!({
                "kind": "message", "id": it.id, "message_sid": it.message_sid,
                "direction": it.direction, "status": it.status, "from": it.from_address,
                "to": it.to_address, "body": it.body,
                "media": match &sent {
                    Some(sent) => kinds(sent),
                    None => it.media.iter().map(|file| file.content_type.as_deref()).collect(),
                },
                "automatic": sent.as_ref().is_some_and(|sent| sent.text.automatic),
                "error_code": it.error_code, "at": it.created_at,
            }),
            Entry::Pending(sent) => json!({
                "kind": "message", "id": sent.text.id, "message_sid": sent.text.message_sid,
                "direction": Direction::Outbound, "status": sent.text.status(),
                "from": sent.text.from_address(), "to": sent.text.to_address(), "body": sent.text.body,
                "media": kinds(&sent), "automatic": sent.text.automatic,
                "error_code": sent.text.failure().and_then(|failure| failure.code),
                "at": sent.text.created_at,
            }),
            Entry::Call(it) => json!({
                "kind": "call", "id": it.id, "call_sid": it.call_sid,
                "direction": it.direction, "status": it.status, "from": it.from_number,
                "to": it.to_number, "duration": it.duration, "error_code": it.error_code,
                "at": it.created_at, "recordings": self.recordings(it.id).await?,
            }),
            _ => json!({ "kind": "other" }),
        })
    }

    /// Where the contacts have said yes or no to messages, and everything that was said about it.
    async fn consent(&self, group: &[ContactId]) -> Result<serde_json::Value, StoreError> {
        let (mut states, mut events) = (Vec::new(), Vec::new());
        let db = &self.database.db;
        for id in group {
            let sql = "select scope, opted_out, source, since from consents
                       where company_id = $1 and contact_id = $2 order by scope";
            for row in db.rows(sql, args![self.company, *id]).await? {
                states.push(json!({
                    "contact_id": id, "scope": row.get::<String>("scope")?,
                    "opted_out": row.get::<bool>("opted_out")?,
                    "source": row.get::<String>("source")?,
                    "since": row.get::<jiff::Timestamp>("since")?,
                }));
            }
            let sql = "select line_id, opted_out, source, message_id, at from consent_events
                       where company_id = $1 and contact_id = $2 order by id";
            for row in db.rows(sql, args![self.company, *id]).await? {
                events.push(json!({
                    "contact_id": id, "line_id": row.get::<LineId>("line_id")?,
                    "opted_out": row.get::<bool>("opted_out")?,
                    "source": row.get::<String>("source")?,
                    "message_id": row.get::<Option<MessageId>>("message_id")?,
                    "at": row.get::<jiff::Timestamp>("at")?,
                }));
            }
        }
        Ok(json!({ "states": states, "events": events }))
    }

    async fn recordings(&self, call: CallId) -> Result<Vec<serde_json::Value>, StoreError> {
        let directory = &self.database.directory;
        let recordings = directory.recordings(self.company, call).await?;
        let shown = recordings.iter().map(|it| {
            json!({
                "id": it.id, "recording_sid": it.recording_sid, "status": it.status,
                "duration": it.duration, "channels": it.channels, "at": it.created_at,
            })
        });
        Ok(shown.collect())
    }

    /// What people did to these contacts, without who it was.
    async fn audit(&self, group: &[ContactId]) -> Result<Vec<serde_json::Value>, StoreError> {
        let sql = "select action, created_at from audit_log
                   where company_id = $1 and object_kind = 'contact' and object_id = $2
                   order by id";
        let mut found = Vec::new();
        for id in group {
            for row in self.database.db.rows(sql, args![self.company, *id]).await? {
                let (action, at): (String, jiff::Timestamp) =
                    (row.get("action")?, row.get("created_at")?);
                found.push(json!({ "action": action, "at": at }));
            }
        }
        Ok(found)
    }
}

/// What the files of a text are.
fn kinds(sent: &Sent) -> Vec<Option<&str>> {
    let files = sent.files.iter();
    files.map(|file| Some(file.content_type.as_str())).collect()
}

fn known(contact: &Contact, home: Country) -> serde_json::Value {
    json!({
        "id": contact.id, "address": contact.address, "display_name": contact.display_name(home),
        "name": contact.name, "email": contact.email, "company_name": contact.company_name,
        "notes": contact.notes, "labels": contact.labels, "blocked_at": contact.blocked_at,
        "merged_into": contact.merged_into, "city": contact.city, "state": contact.state,
        "zip": contact.zip, "country": contact.country, "created_at": contact.created_at,
    })
}

fn text(value: &impl Serialize) -> Piece {
    serde_json::to_string(value).map_err(|error| StoreError::corrupt("export", error))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, written) in [
            ("Bob", "Bob"),
            ("+14155551212", "+14155551212"),
            ("=1+1", "\"'=1+1\""),
            ("+1+cmd|' /C calc'!A0", "\"'+1+cmd|' /C calc'!A0\""),
            ("-2", "\"'-2\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("+", "\"'+\""),
            ("a \"b\", c", "\"a \"\"b\"\", c\""),
            ("two\nlines", "\"two\nlines\""),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
