//! Which resource a request is for.

use http::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::{
    answer::{Answer, Refusal, not_found},
    state::State,
    table::{Row, Table, page_size, text},
};
use crate::Params;

/// What recordings don't say if they are asked for as those of a call.
const NOT_OF_CALLS: &[&str] = &["media_url", "subresource_uris"];
/// What they say only then.
const OF_CALLS_ONLY: &[&str] = &["track"];

/// A request to the API whose sender is known.
#[derive(Debug)]
pub(super) struct ApiCall {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Params,
    pub(super) form: Params,
    /// The account of the path.
    pub(super) account_sid: String,
}

impl ApiCall {
    pub(super) fn not_found(&self) -> Refusal {
        not_found(&self.path)
    }
}

impl State {
    pub(super) fn handle(&mut self, mut call: ApiCall) -> Answer {
        let path = call.path.clone();
        let answer = if let Some(rest) = path.strip_prefix("/2010-04-01/Accounts/") {
            let (rest, ending) = match rest.rsplit_once('.') {
                Some((rest, ending)) => (rest, ending),
                None => (rest, ""),
            };
            let segments: Vec<&str> = rest.split('/').collect();
            segments[0].clone_into(&mut call.account_sid);
            self.handle_api(&call, &segments, ending)
        } else if let Some(rest) = path.strip_prefix("/v1/Services") {
            let segments: Vec<&str> = rest.split('/').skip(1).collect();
            self.handle_messaging(&call, &segments)
        } else {
            Err(call.not_found())
        };
        answer.unwrap_or_else(|refusal| refusal)
    }

    fn handle_api(
        &mut self,
        call: &ApiCall,
        segments: &[&str],
        ending: &str,
    ) -> Result<Answer, Refusal> {
        let account = segments[0];
        if self.accounts.get(account).is_none() {
            return Err(call.not_found());
        }
        let own = |row: &Row| text(row, "account_sid") == account;
        let list = |table: &Table, key, which: &dyn Fn(&Row) -> bool| {
            Ok(list(table, key, call, |row| own(row) && which(row)))
        };
        let all: &dyn Fn(&Row) -> bool = &|_| true;
        match (call.method.as_str(), &segments[1..], ending) {
            ("GET", [], "json") => one(&self.accounts, account, call),

            ("POST", ["Messages"], "json") => self.create_message(call),
            ("GET", ["Messages"], "json") => list(&self.messages, "messages", all),
            ("GET", ["Messages", sid], "json") => one(&self.messages, sid, call),
            ("POST", ["Messages", sid], "json") => self.update_message(sid, call),
            ("DELETE", ["Messages", sid], "json") => {
                self.forget_steps(sid);
                delete(&mut self.messages, sid, call)
            }
            ("GET", ["Messages", message, "Media"], "json") => {
                list(&self.media, "media_list", &|row| {
                    text(row, "parent_sid") == *message
                })
            }
            ("GET", ["Messages", _, "Media", sid], "json") => one(&self.media, sid, call),
            ("DELETE", ["Messages", _, "Media", sid], "json") => {
                self.files.remove(*sid);
                delete(&mut self.media, sid, call)
            }
            ("GET", ["Messages", _, "Media", sid], "") => self.to_storage(sid, call),

            ("POST", ["Calls"], "json") => self.create_call(call),
            ("GET", ["Calls"], "json") => list(&self.calls, "calls", all),
            ("GET", ["Calls", sid], "json") => one(&self.calls, sid, call),
            ("POST", ["Calls", sid], "json") => self.update_call(sid, call),
            ("DELETE", ["Calls", sid], "json") => {
                self.forget_steps(sid);
                delete(&mut self.calls, sid, call)
            }
            ("POST", ["Calls", of, "Recordings"], "json") => self
                .create_recording(of, call)
                .map(|answer| answer.without(NOT_OF_CALLS)),
            ("GET", ["Calls", of, "Recordings"], "json") => {
                list(&self.recordings, "recordings", &|row| {
                    text(row, "call_sid") == *of
                })
                .map(|answer| answer.without(NOT_OF_CALLS))
            }
            ("GET", ["Calls", _, "Recordings", sid], "json") => {
                one(&self.recordings, sid, call).map(|answer| answer.without(NOT_OF_CALLS))
            }
            ("POST", ["Calls", _, "Recordings", sid], "json") => self
                .update_recording(sid, call)
                .map(|answer| answer.without(NOT_OF_CALLS)),

            ("GET", ["Recordings"], "json") => list(&self.recordings, "recordings", all)
                .map(|answer| answer.without(OF_CALLS_ONLY)),
            ("GET", ["Recordings", sid], "json") => {
                one(&self.recordings, sid, call).map(|answer| answer.without(OF_CALLS_ONLY))
            }
            ("DELETE", ["Recordings", sid] | ["Calls", _, "Recordings", sid], "json") => {
                self.delete_recording(sid).ok_or_else(|| call.not_found())
            }
            ("GET", ["Recordings", sid], "" | "mp3" | "wav") => self.to_storage(sid, call),

            ("GET", ["IncomingPhoneNumbers"], "json") => {
                list(&self.numbers, "incoming_phone_numbers", all)
            }
            ("GET", ["IncomingPhoneNumbers", sid], "json") => one(&self.numbers, sid, call),
            ("POST", ["IncomingPhoneNumbers", sid], "json") => self.update_number(sid, call),

            ("POST", ["Applications"], "json") => self.create_application(call),
            ("GET", ["Applications"], "json") => list(&self.applications, "applications", all),
            ("GET", ["Applications", sid], "json") => one(&self.applications, sid, call),
            ("POST", ["Applications", sid], "json") => self.update_application(sid, call),
            ("DELETE", ["Applications", sid], "json") => delete(&mut self.applications, sid, call),

            _ => Err(call.not_found()),
        }
    }

    fn handle_messaging(&mut self, call: &ApiCall, segments: &[&str]) -> Result<Answer, Refusal> {
        let base = &self.base_url;
        match (call.method.as_str(), segments) {
            ("POST", []) => self.create_service(call),
            ("GET", []) => Ok(list_with_meta(
                &self.services,
                "services",
                base,
                call,
                |_| true,
            )),
            ("GET", [sid]) => one(&self.services, sid, call),
            ("POST", [sid]) => self.update_service(sid, call),
            ("DELETE", [sid]) => delete(&mut self.services, sid, call),
            ("POST", [sid, "PhoneNumbers"]) => self.add_service_number(sid, call),
            ("GET", [sid, "PhoneNumbers"]) => {
                let own = |row: &Row| text(row, "service_sid") == *sid;
                Ok(list_with_meta(
                    &self.service_numbers,
                    "phone_numbers",
                    base,
                    call,
                    own,
                ))
            }
            _ => Err(call.not_found()),
        }
    }

    /// The redirect to the store that has the file.
    fn to_storage(&self, sid: &str, call: &ApiCall) -> Result<Answer, Refusal> {
        if !self.files.contains_key(sid) {
            return Err(call.not_found());
        }
        let url = format!("{}/{sid}?signature=made-up", self.storage_url);
        Ok(Answer::empty(StatusCode::TEMPORARY_REDIRECT).with(header::LOCATION, url))
    }
}

fn one(table: &Table, sid: &str, call: &ApiCall) -> Result<Answer, Refusal> {
    table
        .get(sid)
        .filter(|row| {
            call.account_sid.is_empty()
                || [text(row, "account_sid"), text(row, "sid")].contains(&&*call.account_sid)
        })
        .map(|row| Answer::ok(&Value::Object(row.clone())))
        .ok_or_else(|| call.not_found())
}

fn delete(table: &mut Table, sid: &str, call: &ApiCall) -> Result<Answer, Refusal> {
    table.remove(sid).ok_or_else(|| call.not_found())?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// A page in the manner of the older API: links are paths.
fn list(table: &Table, key: &str, call: &ApiCall, which: impl Fn(&Row) -> bool) -> Answer {
    let (items, next) = table.page(which, &call.query);
    let count = items.len();
    Answer::ok(&json!({
        key: items,
        "page": page_number(call),
        "page_size": page_size(&call.query),
        "start": 0,
        "end": count.saturating_sub(1),
        "uri": call.path,
        "first_page_uri": call.path,
        "previous_page_uri": null,
        "next_page_uri": next.map(|after| next_page(call, &after)),
    }))
}

/// A page in the manner of the newer APIs: links are URLs.
fn list_with_meta(
    table: &Table,
    key: &str,
    base_url: &str,
    call: &ApiCall,
    which: impl Fn(&Row) -> bool,
) -> Answer {
    let (items, next) = table.page(which, &call.query);
    Answer::ok(&json!({
        key: items,
        "meta": {
            "key": key,
            "page": page_number(call),
            "page_size": page_size(&call.query),
            "url": format!("{base_url}{}", call.path),
            "first_page_url": format!("{base_url}{}", call.path),
            "previous_page_url": null,
            "next_page_url": next.map(|after| format!("{base_url}{}", next_page(call, &after))),
        },
    }))
}

fn page_number(call: &ApiCall) -> usize {
    let page = call.query.get("Page").and_then(|page| page.parse().ok());
    page.unwrap_or(0)
}

/// The path and query of the page after this one, with the same filters.
fn next_page(call: &ApiCall, after: &str) -> String {
    let filters = call
        .query
        .iter_bytes()
        .filter(|(name, _)| !matches!(*name, b"Page" | b"PageSize" | b"PageToken"))
        .map(|(name, value)| (name.to_vec(), value.to_vec()));
    let paging = [
        ("PageSize", page_size(&call.query).to_string()),
        ("Page", (page_number(call) + 1).to_string()),
        ("PageToken", format!("PA{after}")),
    ];
    let paging = paging.map(|(name, value)| (name.as_bytes().to_vec(), value.into_bytes()));
    let query = Params::from_pairs(filters.chain(paging)).to_form();
    format!("{}?{query}", call.path)
}
