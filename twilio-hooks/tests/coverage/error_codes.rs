//! Twilio's error codes.

use serde_json::{Value, json};
use twilio_hooks::ErrorCode;

use crate::{line::Line, tally::Tally};

/// Each code, with what is known about it.
pub(crate) fn codes() -> Line {
    let fixture: Value = serde_json::from_str(include_str!("../fixtures/errors.json")).unwrap();
    let fixture = fixture.as_object().unwrap();
    let mut tally = Tally::default();
    for (code, expected) in fixture {
        let ours = code.parse().ok().and_then(known);
        tally.note(ours.as_ref() == Some(expected), || {
            format!("{code}: {ours:?}")
        });
    }
    for info in ErrorCode::known() {
        if !fixture.contains_key(&info.code.to_string()) {
            tally.amiss.push(format!("{} is in no fixture", info.code));
        }
    }
    Line::new("error codes", tally)
}

fn known(code: u32) -> Option<Value> {
    let info = ErrorCode::new(code).info()?;
    let mut known = json!({
        "name": info.name,
        "meaning": info.meaning,
        "advice": info.advice,
        "retryable": info.retryable,
        "area": info.area.as_str(),
    });
    if info.doubtful {
        known["confidence"] = "low".into();
    }
    Some(known)
}
