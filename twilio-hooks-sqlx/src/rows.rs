//! From rows to the contract's plain data.

use sqlx::Error;
use twilio_hooks::{
    Address, Params,
    store::{
        Call, Claimed, Contact, Direction, HistoryEntry, Line, Message, Notification, Recording,
    },
};

use crate::{
    args::{Columns, unreadable},
    rank::{Ranked, direction_from_column},
};

/// The columns that are read of a table. They are named one by one, because a prepared `select *`
/// stops working when somebody adds a column.
macro_rules! columns {
    (lines) => {
        "id, account_sid, address, company_id, user_id"
    };
    (contacts) => {
        "id, company_id, address, name, city, state, zip, country, created_at"
    };
    (sms) => {
        "id, company_id, user_id, contact_id, account_sid, message_sid, direction, status,
         status_rank, from_address, to_address, body, cast(media as text) as media, num_segments,
         error_code, created_at, updated_at"
    };
    (calls) => {
        "id, company_id, user_id, contact_id, account_sid, call_sid, parent_call_sid, direction,
         status, status_rank, from_number, to_number, duration, recording_url, error_code,
         created_at, updated_at"
    };
    (recordings) => {
        "id, company_id, call_id, account_sid, call_sid, recording_sid, status, status_rank, url,
         duration, channels, source, started_at, error_code, created_at, updated_at"
    };
    (notifications) => {
        "id, company_id, seq, topic, title, message, contact_id, sms_id, call_id, attempt,
         created_at"
    };
    (webhooks) => {
        "id, company_id, kind, account_sid, sid, status, params, received_at"
    };
}
pub(crate) use columns;

pub(crate) fn contact(row: &impl Columns) -> Result<Contact, Error> {
    Ok(Contact {
        id: row.id("id")?,
        company_id: row.id("company_id")?,
        address: row.text("address")?,
        name: row.opt_text("name")?,
        city: row.opt_text("city")?,
        state: row.opt_text("state")?,
        zip: row.opt_text("zip")?,
        country: row.opt_text("country")?,
        created_at: row.time("created_at")?,
    })
}

pub(crate) fn message(row: &impl Columns) -> Result<Message, Error> {
    let media = row.text("media")?;
    Ok(Message {
        id: row.id("id")?,
        company_id: row.opt_id("company_id")?.map(Into::into),
        user_id: row.opt_id("user_id")?.map(Into::into),
        contact_id: row.opt_id("contact_id")?.map(Into::into),
        account_sid: row.text("account_sid")?.into(),
        message_sid: row.text("message_sid")?.into(),
        direction: direction(row)?,
        status: status(row)?,
        from_address: Address::from(row.text("from_address")?),
        to_address: Address::from(row.text("to_address")?),
        body: row.opt_text("body")?,
        media: serde_json::from_str(&media).map_err(|error| unreadable("media", error))?,
        num_segments: row.opt_count("num_segments")?,
        error_code: row.opt_count("error_code")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

pub(crate) fn call(row: &impl Columns) -> Result<Call, Error> {
    Ok(Call {
        id: row.id("id")?,
        company_id: row.opt_id("company_id")?.map(Into::into),
        user_id: row.opt_id("user_id")?.map(Into::into),
        contact_id: row.opt_id("contact_id")?.map(Into::into),
        account_sid: row.text("account_sid")?.into(),
        call_sid: row.text("call_sid")?.into(),
        parent_call_sid: row.opt_text("parent_call_sid")?.map(Into::into),
        direction: direction(row)?,
        status: status(row)?,
        from_number: Address::from(row.text("from_number")?),
        to_number: Address::from(row.text("to_number")?),
        duration: row.opt_count("duration")?,
        recording_url: row.opt_text("recording_url")?,
        error_code: row.opt_count("error_code")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

pub(crate) fn recording(row: &impl Columns) -> Result<Recording, Error> {
    Ok(Recording {
        id: row.id("id")?,
        company_id: row.opt_id("company_id")?.map(Into::into),
        call_id: row.opt_id("call_id")?.map(Into::into),
        account_sid: row.text("account_sid")?.into(),
        call_sid: row.opt_text("call_sid")?.map(Into::into),
        recording_sid: row.text("recording_sid")?.into(),
        status: status(row)?,
        url: row.opt_text("url")?,
        duration: row.opt_count("duration")?,
        channels: row.opt_count("channels")?,
        source: row.opt_text("source")?,
        started_at: row.opt_time("started_at")?,
        error_code: row.opt_count("error_code")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

pub(crate) fn notification(row: &impl Columns) -> Result<Notification, Error> {
    Ok(Notification {
        id: row.id("id")?,
        company_id: row.id("company_id")?,
        seq: u64::try_from(row.number("seq")?).map_err(|error| unreadable("seq", error))?,
        topic: row.text("topic")?.as_str().into(),
        title: row.text("title")?,
        message: row.text("message")?,
        contact_id: row.opt_id("contact_id")?.map(Into::into),
        sms_id: row.opt_id("sms_id")?.map(Into::into),
        call_id: row.opt_id("call_id")?.map(Into::into),
        created_at: row.time("created_at")?,
    })
}

pub(crate) fn claimed(row: &impl Columns) -> Result<Claimed, Error> {
    let attempt = row.opt_count("attempt")?.unwrap_or_default();
    Ok(Claimed::new(notification(row)?, attempt))
}

pub(crate) fn history_entry(row: &impl Columns) -> Result<HistoryEntry, Error> {
    Ok(HistoryEntry {
        id: row.id("id")?,
        company_id: row.opt_id("company_id")?.map(Into::into),
        kind: row.text("kind")?,
        account_sid: row.text("account_sid")?.into(),
        sid: row.text("sid")?,
        status: row.text("status")?,
        params: Params::from_form(row.text("params")?.as_bytes()),
        received_at: row.time("received_at")?,
    })
}

pub(crate) fn line(row: &impl Columns) -> Result<Line, Error> {
    let mut line = Line::new(
        row.id("id")?,
        row.text("account_sid")?,
        "",
        row.id("company_id")?,
    );
    // `Line::new` would shorten an address that looks like one with a channel.
    line.address = row.text("address")?;
    line.user_id = row.opt_id("user_id")?.map(Into::into);
    Ok(line)
}

fn direction(row: &impl Columns) -> Result<Direction, Error> {
    let text = row.text("direction")?;
    direction_from_column(&text).ok_or_else(|| unreadable("direction", "it is no direction"))
}

fn status<S: Ranked>(row: &impl Columns) -> Result<S, Error> {
    Ok(S::from_column(
        &row.text("status")?,
        row.rank("status_rank")?,
    ))
}
