//! Resources as the fake keeps them: JSON objects by SID.

use std::collections::{BTreeMap, HashMap};

use jiff::{Timestamp, fmt::rfc2822};
use serde_json::{Map, Value, json};

use crate::Params;

pub(super) type Row = Map<String, Value>;

/// The resources of one kind, in the order they were made.
#[derive(Default)]
pub(super) struct Table {
    rows: BTreeMap<u64, Row>,
    by_sid: HashMap<String, u64>,
    next: u64,
}

impl Table {
    pub(super) fn insert(&mut self, row: Value) -> Value {
        let Value::Object(object) = row else {
            return row;
        };
        self.by_sid
            .insert(text(&object, "sid").to_owned(), self.next);
        self.rows.insert(self.next, object.clone());
        self.next += 1;
        Value::Object(object)
    }

    pub(super) fn get(&self, sid: &str) -> Option<&Row> {
        self.rows.get(self.by_sid.get(sid)?)
    }

    pub(super) fn get_mut(&mut self, sid: &str) -> Option<&mut Row> {
        self.rows.get_mut(self.by_sid.get(sid)?)
    }

    pub(super) fn remove(&mut self, sid: &str) -> Option<Row> {
        self.rows.remove(&self.by_sid.remove(sid)?)
    }

    /// The oldest first.
    pub(super) fn rows(&self) -> impl DoubleEndedIterator<Item = &Row> {
        self.rows.values()
    }

    /// A page of the rows that `which` and the filters of the query leave over, the newest first;
    /// and the SID that the next page starts after.
    pub(super) fn page(
        &self,
        which: impl Fn(&Row) -> bool,
        query: &Params,
    ) -> (Vec<Value>, Option<String>) {
        let size = page_size(query);
        let after = query
            .get("PageToken")
            .and_then(|token| self.by_sid.get(token.get(2..)?))
            .copied();
        let mut rows = self
            .rows
            .range(..after.unwrap_or(u64::MAX))
            .rev()
            .map(|(_, row)| row)
            .filter(|row| which(row) && fits(row, query));
        let items: Vec<&Row> = rows.by_ref().take(size).collect();
        let next = rows
            .next()
            .and(items.last())
            .map(|row| text(row, "sid").to_owned());
        let items = items.into_iter().cloned().map(Value::Object).collect();
        (items, next)
    }
}

pub(super) fn page_size(query: &Params) -> usize {
    let size = query.get("PageSize").and_then(|size| size.parse().ok());
    size.unwrap_or(50).clamp(1, 1000)
}

/// Whether a row fits all filters in the query.
fn fits(row: &Row, query: &Params) -> bool {
    query.iter().all(|(name, wanted)| {
        let (name, compare): (&str, fn(&Timestamp, &Timestamp) -> bool) =
            match (name.strip_suffix('<'), name.strip_suffix('>')) {
                (Some(name), _) => (name, |had, wanted| had <= wanted),
                (_, Some(name)) => (name, |had, wanted| had >= wanted),
                _ => (&name, |had, wanted| day(had) == day(wanted)),
            };
        let Some(had) = row.get(&snake(name)) else {
            return true;
        };
        let wanted_time = wanted
            .parse()
            .or_else(|_| format!("{wanted}T00:00:00Z").parse());
        match (had.as_str().and_then(time), wanted_time) {
            (Some(had), Ok(wanted)) => compare(&had, &wanted),
            _ => match had {
                Value::String(had) => *had == wanted,
                had => had.to_string() == wanted,
            },
        }
    })
}

fn day(time: &Timestamp) -> String {
    time.strftime("%F").to_string()
}

fn time(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new()
        .parse_timestamp(text)
        .ok()
        .or_else(|| text.parse().ok())
}

/// The text of a field, or nothing.
pub(super) fn text<'a>(row: &'a Row, name: &str) -> &'a str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// `VoiceUrl` is `voice_url`.
pub(super) fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// Sets those fields of a row that the form names; others are ignored, as Twilio does.
pub(super) fn apply_form(row: &mut Row, form: &Params) {
    for (name, value) in form.iter() {
        if let Some(field) = row.get_mut(&snake(&name)) {
            *field = match field {
                Value::Bool(_) => json!(&*value == "true"),
                Value::Number(_) => value
                    .parse::<u32>()
                    .map_or_else(|_| field.clone(), Value::from),
                _ => json!(&*value),
            };
        }
    }
}

/// A date as the older resources have it.
pub(super) fn rfc2822_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// The same as HTTP writes it.
pub(super) fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_start_after_their_token_and_end() {
        let mut table = Table::default();
        for number in 0..5 {
            table.insert(
                json!({"sid": format!("SM{number}"), "to": if number == 2 { "b" } else { "a" }}),
            );
        }
        let page = |query: &str| {
            let (rows, next) = table.page(|_| true, &Params::from_form(query.as_bytes()));
            let sids: Vec<String> = rows
                .iter()
                .map(|row| row["sid"].as_str().unwrap().to_owned())
                .collect();
            (sids.join(" "), next)
        };
        assert_eq!(
            page("PageSize=2"),
            ("SM4 SM3".to_owned(), Some("SM3".to_owned()))
        );
        assert_eq!(
            page("PageSize=2&PageToken=PASM3"),
            ("SM2 SM1".to_owned(), Some("SM1".to_owned()))
        );
        assert_eq!(page("PageSize=2&PageToken=PASM1"), ("SM0".to_owned(), None));
        assert_eq!(
            page("To=a&PageSize=3"),
            ("SM4 SM3 SM1".to_owned(), Some("SM1".to_owned()))
        );
    }

    #[test]
    fn truth_values_filter_too() {
        let row = json!({"beta": false}).as_object().unwrap().clone();
        let fits = |query: &str| fits(&row, &Params::from_form(query.as_bytes()));
        assert!(fits("Beta=false") && !fits("Beta=true"));
    }

    #[test]
    fn dates_filter_by_day_and_by_moment() {
        let row = |date: &str| json!({"date_sent": date}).as_object().unwrap().clone();
        let noon = row("Thu, 05 Nov 2026 12:00:00 +0000");
        let fits = |query: &str| fits(&noon, &Params::from_form(query.as_bytes()));
        assert!(fits("DateSent=2026-11-05") && !fits("DateSent=2026-11-06"));
        assert!(fits("DateSent%3C=2026-11-05T12:00:00Z") && !fits("DateSent%3C=2026-11-05"));
        assert!(fits("DateSent%3E=2026-11-05") && !fits("DateSent%3E=2026-11-05T12:00:01Z"));
    }
}
