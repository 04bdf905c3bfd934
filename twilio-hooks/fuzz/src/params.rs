//! The decoding of forms, against another implementation of the same rules.

use std::hint::black_box;

use twilio_hooks::Params;

use crate::limits::bounded;

/// Takes the input as a form.
pub fn params(input: &[u8]) {
    // Five times its size in the end, and two more while the list of pairs grows.
    bounded(input, 7, || drop(black_box(Params::from_form(input))));

    let params = Params::from_form(input);
    assert!(
        params.iter().eq(form_urlencoded::parse(input)),
        "decoded unlike others do"
    );

    assert_eq!(params.len(), params.iter_bytes().count());
    for (name, _) in params.iter_bytes() {
        let Ok(name) = str::from_utf8(name) else {
            continue;
        };
        let first = params.iter_bytes().find(|(key, _)| *key == name.as_bytes());
        assert_eq!(params.get_bytes(name), first.map(|(_, value)| value));
        // One name is enough; all of them would take quadratic time here, and tell nothing more.
        break;
    }

    assert_eq!(Params::from_pairs(params.iter_bytes()), params);
    assert_eq!(Params::from_form(params.to_form().as_bytes()), params);
    let _ = black_box(format!("{params:?}"));
}
