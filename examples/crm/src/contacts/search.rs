//! Finding contacts by any part of what is known of them, and messages by their words.
//!
//! The tables and triggers are in the step `0009_threads` of each database. On SQLite both are found
//! by full-text indexes (trigrams for contacts); on Postgres by trigrams where it has them, and by
//! `tsvector`. Every search reads a bounded number of rows of its company, however common the words are.
//! On SQLite the trigrams of all companies are in one index, and what matches there is told apart by
//! the company of its row: nothing of another company is read, but what it has takes time.

use twilio_hooks::{CompanyId, ContactId, MessageId, store::StoreError};
use uuid::Uuid;

use crate::{
    args,
    database::{Db, Row},
};

/// How many words of a search count.
const MOST_TERMS: usize = 4;

/// How long a search may be, in characters.
pub const LONGEST: usize = 200;

/// Shorter ones have no trigram.
const TRIGRAM: usize = 3;

/// How many contacts are read through for one part of a search that no index helps with.
const SCAN: i64 = 10_000;

/// What a search for contacts looks for: all of these, anywhere.
fn terms(text: &str) -> Vec<String> {
    let text = text.trim().to_lowercase();
    let is_number = text.chars().any(|c| c.is_ascii_digit())
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || " +-./()\u{a0}".contains(c));
    if is_number {
        // As it is dialled at home it begins with zeros, and with none in E.164.
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let digits = digits.trim_start_matches('0');
        return match digits {
            "" => Vec::new(),
            digits => vec![digits.to_owned()],
        };
    }
    text.split_whitespace()
        .take(MOST_TERMS)
        .map(str::to_owned)
        .collect()
}

/// Whether an index helps.
fn has_index(terms: &[String]) -> bool {
    terms.iter().any(|term| term.chars().count() >= TRIGRAM)
}

/// The contacts with all words of `text` in their name, number, e-mail address or company, newest
/// first, and where the list goes on: the next `before`. A contact that is a part of another is found
/// as that other one, and may be found again further on, by another of its parts.
///
/// # Errors
/// If the database fails.
pub async fn contacts(
    db: &Db,
    company: CompanyId,
    text: &str,
    before: Option<Uuid>,
    blocked: Option<bool>,
    limit: usize,
) -> Result<(Vec<ContactId>, Option<Uuid>), StoreError> {
    let terms = terms(text);
    if terms.is_empty() {
        return Ok((Vec::new(), None));
    }
    let before = before.unwrap_or(Uuid::max());
    let blocked = match blocked {
        None => "either",
        Some(true) => "blocked",
        Some(false) => "free",
    };
    // One too many only tells that there are more.
    let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let rows = match db {
        Db::Sqlite { .. } => contacts_sqlite(db, company, &terms, before, blocked, most).await,
        Db::Postgres(_) => contacts_postgres(db, company, &terms, before, blocked, most).await,
    }?;
    let shown = &rows[..rows.len().min(limit)];
    let mut found = Vec::new();
    for row in shown {
        let id = row.get("id")?;
        if !found.contains(&id) {
            found.push(id);
        }
    }
    let next = match shown.last() {
        Some(last) if rows.len() > limit => Some(last.get("part")?),
        _ if has_index(&terms) => None,
        _ => end_of_scan(db, company, before).await?,
    };
    Ok((found, next))
}

/// Where the contacts begin that a search without an index has not looked at.
async fn end_of_scan(
    db: &Db,
    company: CompanyId,
    before: Uuid,
) -> Result<Option<Uuid>, StoreError> {
    let sql = "select contact_id from contact_search where company_id = $1 and contact_id < $2
               order by contact_id desc limit 1 offset $3";
    let row = db.row(sql, args![company, before, SCAN - 1]).await?;
    row.map(|row| row.get("contact_id")).transpose()
}

macro_rules! wanted {
    () => {
        "left join contact_links l on l.company_id = s.company_id and l.other_id = s.contact_id
         left join contact_details d on d.company_id = s.company_id
             and d.contact_id = coalesce(l.primary_id, s.contact_id)
         where s.company_id = $1 and s.contact_id < $2
           and case $3 when 'blocked' then d.blocked_at is not null
                       when 'free' then d.blocked_at is null else true end "
    };
}

async fn contacts_sqlite(
    db: &Db,
    company: CompanyId,
    terms: &[String],
    before: Uuid,
    blocked: &str,
    limit: i64,
) -> Result<Vec<Row>, StoreError> {
    let has_trigram = |term: &&String| term.chars().count() >= TRIGRAM;
    let indexed: Vec<String> = terms
        .iter()
        .filter(has_trigram)
        .map(|it| quoted(it))
        .collect();
    let mut short = terms.iter().filter(|term| !has_trigram(term)).cloned();
    let mut next_short = || short.next().unwrap_or_default();
    let (first, second) = (next_short(), next_short());
    if indexed.is_empty() {
        // Two letters are somewhere in every third name: the newest contacts have enough of them.
        let sql = concat!(
            "select coalesce(l.primary_id, s.contact_id) as id, s.contact_id as part
             from (select company_id, contact_id, text from contact_search
                   where company_id = $1 and contact_id < $2
                   order by contact_id desc limit $7) s ",
            wanted!(),
            "and instr(lower(s.text), $4) > 0 and instr(lower(s.text), $5) > 0
             order by s.contact_id desc limit $6"
        );
        let args = args![company, before, blocked, first, second, limit, SCAN];
        return db.rows(sql, args).await;
    }
    let sql = concat!(
        "select coalesce(l.primary_id, s.contact_id) as id, s.contact_id as part
         from contact_words w cross join contact_search s on s.number = w.rowid ",
        wanted!(),
        "and w.contact_words match $4
         and instr(lower(s.text), $5) > 0 and instr(lower(s.text), $6) > 0
         order by w.rowid desc limit $7"
    );
    // A cross join is done in this order: by the words, newest first, until there are enough.
    let words = indexed.join(" AND ");
    let args = args![company, before, blocked, words, first, second, limit];
    db.rows(sql, args).await
}

macro_rules! patterns {
    () => {
        "and s.text like $4 and s.text like $5 and s.text like $6 and s.text like $7
         and $9::bigint > 0
         order by s.contact_id desc limit $8"
    };
}

async fn contacts_postgres(
    db: &Db,
    company: CompanyId,
    terms: &[String],
    before: Uuid,
    blocked: &str,
    limit: i64,
) -> Result<Vec<Row>, StoreError> {
    // Fewer letters are in no index: the newest contacts have enough of them.
    let sql = if has_index(terms) {
        concat!(
            "select coalesce(l.primary_id, s.contact_id) as id, s.contact_id as part
             from contact_search s ",
            wanted!(),
            patterns!()
        )
    } else {
        concat!(
            "select coalesce(l.primary_id, s.contact_id) as id, s.contact_id as part
             from (select company_id, contact_id, text from contact_search
                   where company_id = $1 and contact_id < $2
                   order by contact_id desc limit $9) s ",
            wanted!(),
            patterns!()
        )
    };
    let mut patterns = terms.iter().map(|term| format!("%{}%", escaped(term)));
    let mut pattern = || patterns.next().unwrap_or_else(|| "%".to_owned());
    let args = args![
        company,
        before,
        blocked,
        pattern(),
        pattern(),
        pattern(),
        pattern(),
        limit,
        SCAN
    ];
    db.rows(sql, args).await
}

/// The messages that have all words of `text`, newest first; `before` is the message where the list
/// goes on. The last word may be just begun, as long as there are not enough messages that have it as
/// it is.
///
/// # Errors
/// If the database fails.
pub async fn messages(
    db: &Db,
    company: CompanyId,
    text: &str,
    before: Option<MessageId>,
    limit: u32,
) -> Result<Vec<MessageId>, StoreError> {
    let words = words(text);
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let rows = match db {
        Db::Sqlite { .. } => messages_sqlite(db, company, &words, before, limit).await?,
        Db::Postgres(_) => {
            let sql = "select id from sms
                       where company_id = $1
                         and to_tsvector('simple', coalesce(body, '')) @@ to_tsquery('simple', $2)
                         and id < $3
                       order by id desc limit $4";
            let before = before.map_or(Uuid::max(), MessageId::as_uuid);
            db.rows(sql, args![company, postgres_query(&words), before, limit])
                .await?
        }
    };
    rows.iter().map(|row| row.get("id")).collect()
}

async fn messages_sqlite(
    db: &Db,
    company: CompanyId,
    words: &[String],
    before: Option<MessageId>,
    limit: u32,
) -> Result<Vec<Row>, StoreError> {
    let sql = "select s.id from message_words w
               cross join message_search m on m.number = w.rowid
               cross join sms s on s.id = m.sms_id
               where w.message_words match $2 and s.company_id = $1
                 and w.rowid < coalesce(
                     (select number from message_search where sms_id = $3),
                     (select number + 1 from message_search where sms_id < $3
                      order by sms_id desc limit 1),
                     $5)
               order by w.rowid desc limit $4";
    // Where a message is that was erased since, the list goes on with its neighbour.
    let number = if before.is_some() { 0 } else { i64::MAX };
    let before = before.map_or(Uuid::nil(), MessageId::as_uuid);
    let mut rows = Vec::new();
    // Of all words that begin alike the index first makes one list of every message that has any of
    // them, which takes far longer than a frequent word as it is.
    for last in [Last::Whole, Last::Begun] {
        let query = sqlite_query(company, words, last);
        let args = args![company, query, before, limit, number];
        rows = db.rows(sql, args).await?;
        if rows.len() >= limit as usize {
            break;
        }
    }
    Ok(rows)
}

/// How the last word of a search is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Whole,
    Begun,
}

/// Letters and digits; everything else only parts them.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(MOST_TERMS)
        .map(str::to_lowercase)
        .collect()
}

/// The company's own word comes first: the search never leaves its messages.
fn sqlite_query(company: CompanyId, words: &[String], last: Last) -> String {
    let mut query = format!("c{}", company.as_uuid().simple());
    for (place, word) in (1..).zip(words) {
        query.push_str(" AND ");
        query.push_str(&quoted(word));
        let is_last = place == words.len() && word.chars().count() >= TRIGRAM;
        if is_last && last == Last::Begun {
            query.push('*');
        }
    }
    query
}

fn postgres_query(words: &[String]) -> String {
    let mut query = words.join(" & ");
    let is_begun = words
        .last()
        .is_some_and(|word| word.chars().count() >= TRIGRAM);
    if is_begun {
        query.push_str(":*");
    }
    query
}

/// A text of FTS5's, whatever is in it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A part of a pattern that stands for itself.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_looked_for_by_its_digits() {
        for (text, term) in [
            ("(415) 555", "415555"),
            ("+1 415-555", "1415555"),
            ("020 7946", "207946"),
            (" 0143 ", "143"),
        ] {
            assert_eq!(terms(text), [term]);
        }
        assert!(terms("000").is_empty());
        assert!(terms("  ").is_empty());
        assert_eq!(terms("Bob 415"), ["bob", "415"]);
    }

    #[test]
    fn what_people_type_is_no_query_language() {
        let company = CompanyId::from_uuid(Uuid::nil());
        let words = words("\"NEAR(a b)\" OR* -x");
        assert_eq!(words, ["near", "a", "b", "or"]);
        let query = sqlite_query(company, &words, Last::Begun);
        assert!(
            query.ends_with("AND \"near\" AND \"a\" AND \"b\" AND \"or\""),
            "{query}"
        );
        assert_eq!(postgres_query(&words), "near & a & b & or");
        assert_eq!(postgres_query(&["hel".to_owned()]), "hel:*");
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
        assert_eq!(escaped("50%_\\"), "50\\%\\_\\\\");
    }
}
