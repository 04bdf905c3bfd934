//! Every kind of webhook, read from the same parameters.

use std::hint::black_box;

use twilio_hooks::{
    Params,
    webhook::{Event, EventKind},
};

use crate::limits::bounded;

/// Takes the input as a form, and that as a webhook of each kind.
pub fn payloads(input: &[u8]) {
    let params = Params::from_form(input);
    for &kind in EventKind::ALL {
        bounded(input, 64, || read(kind, &params));
    }
    if let Some(kind) = Event::detect(&params) {
        assert_eq!(
            Event::from_params(&params),
            Some(Event::read(kind, &params))
        );
    }
}

fn read(kind: EventKind, params: &Params) {
    let event = match Event::read(kind, params) {
        Ok(event) => event,
        Err(error) => {
            assert!(kind.required().contains(&error.name()), "{kind}: {error}");
            return;
        }
    };
    assert_eq!(event.kind(), kind);
    assert!(event.clone() == event);
    // What has no field is kept as it came.
    assert!(event.extra().len() <= params.len());
    for pair in event.extra().iter_bytes().take(3) {
        assert!(params.iter_bytes().any(|sent| sent == pair));
    }
    let _ = black_box(format!("{event:?}"));
}
