//! [`export`]: everything that a company has, in open formats. `export.md` describes them.

use std::{
    collections::BTreeMap,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, BufWriter, Write as _},
    path::Path,
};

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use twilio_hooks::{CompanyId, store::StoreError};
use uuid::Uuid;

use crate::{
    api::Caller,
    args,
    contacts::export::csv_line,
    database::{Company, Db, Row},
    people::audit,
};

/// What is written beside the data.
const README: &str = include_str!("export.md");

/// How many of each kind there were.
pub type Counts = BTreeMap<&'static str, u64>;

/// What a field holds.
#[derive(Debug, Clone, Copy)]
enum Field {
    Id,
    Text,
    Number,
    Time,
    /// A JSON list.
    List,
    /// Of a JSON list of files, what they are; never where.
    Types,
    /// Bytes, as hexadecimal digits.
    Digest,
    /// A copy in the directory of the company.
    Copy,
}

struct Kind {
    name: &'static str,
    /// A page of rows after an id.
    sql: &'static str,
    fields: &'static [(&'static str, Field)],
}

/// How many rows are read at a time, as all statements say.
const PAGE: usize = 1000;

const KINDS: [Kind; 4] = [
    Kind {
        name: "contacts",
        sql: "select c.id, c.address, c.name, d.email, d.company_name, d.labels, d.notes, c.city,
                  c.state, c.zip, c.country, d.blocked_at, l.primary_id as same_person_as,
                  c.created_at
              from contacts c
              left join contact_details d on d.company_id = c.company_id and d.contact_id = c.id
              left join contact_links l on l.company_id = c.company_id and l.other_id = c.id
              where c.company_id = $1 and c.id > $2 order by c.id limit 1000",
        fields: &[
            ("id", Field::Id),
            ("address", Field::Text),
            ("name", Field::Text),
            ("email", Field::Text),
            ("company_name", Field::Text),
            ("labels", Field::List),
            ("notes", Field::Text),
            ("city", Field::Text),
            ("state", Field::Text),
            ("zip", Field::Text),
            ("country", Field::Text),
            ("blocked_at", Field::Time),
            ("same_person_as", Field::Id),
            ("created_at", Field::Time),
        ],
    },
    Kind {
        name: "messages",
        sql: "select id, contact_id, user_id, account_sid, message_sid, direction, status,
                  from_address, to_address, body, cast(media as text) as media_types, num_segments,
                  error_code, created_at, updated_at
              from sms where company_id = $1 and id > $2 order by id limit 1000",
        fields: &[
            ("id", Field::Id),
            ("contact_id", Field::Id),
            ("user_id", Field::Id),
            ("account_sid", Field::Text),
            ("message_sid", Field::Text),
            ("direction", Field::Text),
            ("status", Field::Text),
            ("from_address", Field::Text),
            ("to_address", Field::Text),
            ("body", Field::Text),
            ("media_types", Field::Types),
            ("num_segments", Field::Number),
            ("error_code", Field::Number),
            ("created_at", Field::Time),
            ("updated_at", Field::Time),
        ],
    },
    Kind {
        name: "calls",
        sql: "select id, contact_id, user_id, account_sid, call_sid, parent_call_sid, direction,
                  status, from_number, to_number, duration, error_code, created_at, updated_at
              from calls where company_id = $1 and id > $2 order by id limit 1000",
        fields: &[
            ("id", Field::Id),
            ("contact_id", Field::Id),
            ("user_id", Field::Id),
            ("account_sid", Field::Text),
            ("call_sid", Field::Text),
            ("parent_call_sid", Field::Text),
            ("direction", Field::Text),
            ("status", Field::Text),
            ("from_number", Field::Text),
            ("to_number", Field::Text),
            ("duration", Field::Number),
            ("error_code", Field::Number),
            ("created_at", Field::Time),
            ("updated_at", Field::Time),
        ],
    },
    Kind {
        name: "recordings",
        sql: "select r.id, r.call_id, r.account_sid, r.call_sid, r.recording_sid, r.status,
                  r.duration, r.channels, r.source, r.started_at, r.error_code, r.created_at,
                  r.updated_at, f.copied_at, f.bytes as copy_bytes, f.sha256 as copy_sha256
              from recordings r
              left join recording_files f on f.company_id = r.company_id
                  and f.recording_id = r.id and f.copied_at is not null
              where r.company_id = $1 and r.id > $2 order by r.id limit 1000",
        fields: &[
            ("id", Field::Id),
            ("call_id", Field::Id),
            ("account_sid", Field::Text),
            ("call_sid", Field::Text),
            ("recording_sid", Field::Text),
            ("status", Field::Text),
            ("duration", Field::Number),
            ("channels", Field::Number),
            ("source", Field::Text),
            ("started_at", Field::Time),
            ("error_code", Field::Number),
            ("created_at", Field::Time),
            ("updated_at", Field::Time),
            ("copied_at", Field::Time),
            ("copy", Field::Copy),
            ("copy_bytes", Field::Number),
            ("copy_sha256", Field::Digest),
        ],
    },
];

/// Writes everything of a company into a directory, which is made or is empty. It is put on the audit
/// log.
///
/// # Errors
/// If there is something in the directory already, it can't be written, or the database fails.
pub async fn export(
    db: &Db,
    company: &Company,
    directory: &Path,
    now: Timestamp,
) -> anyhow::Result<Counts> {
    make(directory).with_context(|| format!("{} can't be made", directory.display()))?;
    let is_empty = fs::read_dir(directory)?.next().is_none();
    ensure!(is_empty, "{} is not empty", directory.display());
    let mut counts = Counts::new();
    for kind in &KINDS {
        let count = write(db, company.id, kind, directory).await?;
        counts.insert(kind.name, count);
    }
    let about = json!({
        "format": 1,
        "company": company.name,
        "company_id": company.id,
        "exported_at": now,
        "version": env!("CARGO_PKG_VERSION"),
        "counts": counts,
    });
    create(directory, "README.md")?.write_all(README.as_bytes())?;
    writeln!(create(directory, "export.json")?, "{about:#}")?;
    let caller = Caller::server(company.id, now);
    let object = Some(("company", company.id.into()));
    let details = json!({ "counts": counts });
    audit(db, &caller, "company.exported", object, details).await?;
    Ok(counts)
}

async fn write(db: &Db, company: CompanyId, kind: &Kind, directory: &Path) -> anyhow::Result<u64> {
    let mut lines = create(directory, &format!("{}.jsonl", kind.name))?;
    let mut table = create(directory, &format!("{}.csv", kind.name))?;
    let names: Vec<_> = kind
        .fields
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    table.write_all(csv_line(&names).as_bytes())?;
    let (mut after, mut count) = (Uuid::nil(), 0);
    loop {
        let rows = db.rows(kind.sql, args![company, after]).await?;
        for row in &rows {
            after = row.get("id")?;
            let mut object = Map::new();
            for (name, field) in kind.fields {
                object.insert((*name).to_owned(), value(row, name, *field, company)?);
            }
            let cells: Vec<_> = object.values().map(cell).collect();
            table.write_all(csv_line(&cells).as_bytes())?;
            serde_json::to_writer(&mut lines, &object)?;
            lines.write_all(b"\n")?;
            count += 1;
        }
        if rows.len() < PAGE {
            break;
        }
    }
    for mut file in [lines, table] {
        file.flush()?;
        file.get_ref().sync_all()?;
    }
    Ok(count)
}

fn value(row: &Row, name: &str, field: Field, company: CompanyId) -> Result<Value, StoreError> {
    Ok(match field {
        Field::Id => json!(row.get::<Option<Uuid>>(name)?),
        Field::Text => json!(row.get::<Option<String>>(name)?),
        Field::Number => json!(row.get::<Option<i64>>(name)?),
        Field::Time => json!(row.get::<Option<Timestamp>>(name)?),
        Field::List => json!(list(row, name)?),
        Field::Types => {
            let of = |file: &Value| file.get("content_type").cloned().unwrap_or_default();
            json!(list(row, name)?.iter().map(of).collect::<Vec<_>>())
        }
        Field::Digest => json!(row.get::<Option<Vec<u8>>>(name)?.map(|bytes| hex(&bytes))),
        Field::Copy => {
            let copied: Option<Timestamp> = row.get("copied_at")?;
            let id: Uuid = row.get("id")?;
            json!(copied.map(|_| format!("recordings/{company}/{id}")))
        }
    })
}

fn list(row: &Row, name: &str) -> Result<Vec<Value>, StoreError> {
    let text: Option<String> = row.get(name)?;
    let list = text.as_deref().map(serde_json::from_str).transpose();
    let list = list.map_err(|error| StoreError::corrupt("column", error))?;
    Ok(list.unwrap_or_default())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// What is in it is for its owner alone.
fn make(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

fn create(directory: &Path, name: &str) -> anyhow::Result<BufWriter<File>> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(directory.join(name));
    Ok(BufWriter::new(
        file.with_context(|| format!("{name} can't be made"))?,
    ))
}
