//! What holds for every request.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::{prelude::*, sample::Index};
use twilio_hooks::{
    Params,
    signature::{
        AuthTokens, RequestView, SignatureError, SignatureScheme, SigningKey, with_body_hash,
    },
};

const FORM: Option<&[u8]> = Some(b"application/x-www-form-urlencoded");

fn check(
    url: &str,
    body: &[u8],
    signature: &str,
    token: &str,
    upgrade: bool,
) -> Result<(), SignatureError> {
    let request = RequestView::with_body(url, FORM, body, signature.as_bytes());
    let tokens = AuthTokens::single("AC1", token);
    SignatureScheme::new()
        .verify(&request.with_upgrade(upgrade), &tokens)
        .map(drop)
}

fn sign(url: &str, body: &[u8], token: &str) -> String {
    let key = SigningKey::auth_token(token.to_owned()).unwrap();
    key.sign(url, &Params::from_form(body))
}

/// Changes one character into another.
fn changed(text: &str, place: Index, to: char) -> Option<String> {
    let mut characters: Vec<char> = text.chars().collect();
    let place = place.index(characters.len());
    let before = std::mem::replace(&mut characters[place], to);
    (before != to).then(|| characters.into_iter().collect())
}

/// What is signed of a form: names and values without separators, so that a change may move the
/// border between them and leave all else the same.
fn joined(form: &str) -> Vec<u8> {
    let params = Params::from_form(form.as_bytes());
    let mut pairs: Vec<_> = params.iter_bytes().collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
        .iter()
        .flat_map(|(name, value)| [*name, *value].concat())
        .collect()
}

prop_compose! {
    fn pairs()(
        pairs in prop::collection::vec(("[A-Z][a-z]{1,8}", "[ -~é😀]{0,12}"), 1..20)
    ) -> Vec<(String, String)> {
        pairs
    }
}

prop_compose! {
    fn url()(
        host in "[a-z]{1,8}\\.example", port in "(:[1-9][0-9]{3})?", path in "(/[a-zA-Z0-9._-]{1,6}){1,3}",
        query in "(\\?[a-z]{1,4}=[a-z0-9]{1,5})?"
    ) -> String {
        format!("https://{host}{port}{path}{query}")
    }
}

proptest! {
    #[test]
    fn parameters_may_come_in_any_order(
        (pairs, shuffled) in pairs().prop_flat_map(|pairs| (Just(pairs.clone()), Just(pairs).prop_shuffle())),
        url in url(),
    ) {
        let signature = sign(&url, Params::from_pairs(pairs).to_form().as_bytes(), "token");
        let body = Params::from_pairs(shuffled).to_form();
        prop_assert_eq!(check(&url, body.as_bytes(), &signature, "token", false), Ok(()));
    }

    #[test]
    fn a_changed_url_is_refused(pairs in pairs(), url in url(), place: Index, to in "[a-z0-9/]") {
        let body = Params::from_pairs(pairs).to_form();
        let signature = sign(&url, body.as_bytes(), "token");
        // A port is no part of some signatures, so another port is no change.
        let port = url[8..].find(':').map_or(url.len(), |colon| 8 + colon);
        let name = &url[..port];
        if let Some(name) = changed(name, place, to.chars().next().unwrap()) {
            let other = [&name, &url[port..]].concat();
            prop_assert!(check(&other, body.as_bytes(), &signature, "token", false).is_err());
        }
    }

    #[test]
    fn a_changed_value_or_name_is_refused(
        pairs in pairs(), url in url(), which: Index, place: Index, name: bool
    ) {
        let signature = sign(&url, Params::from_pairs(pairs.clone()).to_form().as_bytes(), "token");
        let mut other = pairs.clone();
        let pair = &mut other[which.index(pairs.len())];
        let text = if name { &mut pair.0 } else { &mut pair.1 };
        if let Some(changed) = (!text.is_empty()).then(|| changed(text, place, '~')).flatten() {
            *text = changed;
            // The repetition of an unchanged pair counts once, as before.
            let distinct = |mut pairs: Vec<(String, String)>| { pairs.sort(); pairs.dedup(); pairs };
            prop_assume!(distinct(other.clone()) != distinct(pairs));
            let body = Params::from_pairs(other).to_form();
            prop_assert!(check(&url, body.as_bytes(), &signature, "token", false).is_err());
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_is_refused(
        pairs in pairs(), url in url(), place: Index, bit in 0..8_u8, json in "[ -~é]{0,40}"
    ) {
        let token = "the right token";
        let flipped = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
            bytes
        };
        // Of the form as it is decoded; a wire has more than one way to write the same.
        let params = Params::from_pairs(pairs.clone());
        let body = params.to_form();
        let signature = sign(&url, body.as_bytes(), token);
        let which = place.index(pairs.len());
        for of_name in [true, false] {
            let mut other: Vec<(Vec<u8>, Vec<u8>)> = pairs
                .iter()
                .map(|(name, value)| (name.clone().into_bytes(), value.clone().into_bytes()))
                .collect();
            let text = if of_name { &mut other[which].0 } else { &mut other[which].1 };
            if text.is_empty() {
                continue;
            }
            *text = flipped(text);
            let other = Params::from_pairs(other).to_form();
            let repeats = |pairs: &[(String, String)]| {
                pairs.iter().filter(|pair| **pair == pairs[which]).count() > 1
            };
            let moved = joined(&other) == joined(&body);
            if !repeats(&pairs) && !moved {
                prop_assert!(check(&url, other.as_bytes(), &signature, token, false).is_err());
            }
        }

        // Of the URL, as long as it is text. Without a port, which may be no part of a signature.
        if !url[8..].contains(':') {
            let other = flipped(url.as_bytes());
            if let Ok(other) = String::from_utf8(other)
                // A fragment is none either.
                && !other.contains('#')
            {
                let refused = check(&other, body.as_bytes(), &signature, token, false);
                prop_assert!(refused.is_err(), "{}", other);
            }
        }

        // Of the signature and the token.
        let other = flipped(signature.as_bytes());
        let request = RequestView::with_body(&url, FORM, body.as_bytes(), &other);
        let tokens = AuthTokens::single("AC1", token);
        prop_assert!(SignatureScheme::new().verify(&request, &tokens).is_err());
        if let Ok(other) = String::from_utf8(flipped(token.as_bytes())) {
            prop_assert!(check(&url, body.as_bytes(), &signature, &other, false).is_err());
        }

        // Of a body that is no form.
        let hashed = with_body_hash(&url, json.as_bytes());
        let signature = sign(&hashed, b"", token);
        let check_json = |body: &[u8]| {
            let json: Option<&[u8]> = Some(b"application/json");
            let request = RequestView::with_body(&hashed, json, body, signature.as_bytes());
            SignatureScheme::new().verify(&request, &tokens).map(drop)
        };
        prop_assert_eq!(check_json(json.as_bytes()), Ok(()));
        if !json.is_empty() {
            let refused = check_json(&flipped(json.as_bytes()));
            prop_assert_eq!(refused, Err(SignatureError::BodyHash));
        }
        prop_assert!(check_json(&[json.as_bytes(), b" "].concat()).is_err());
    }

    #[test]
    fn an_added_or_removed_parameter_is_refused(
        pairs in pairs(), url in url(), place: Index,
        added in ("[A-Z][a-z]{1,8}|AccountSid", "[ -~é]{0,12}"),
    ) {
        let body = Params::from_pairs(pairs.clone()).to_form();
        let signature = sign(&url, body.as_bytes(), "token");
        let mut more = pairs.clone();
        more.insert(place.index(pairs.len() + 1), added.clone());
        let more = Params::from_pairs(more).to_form();
        // The same pair again is signed once.
        if !pairs.contains(&added) {
            prop_assert!(check(&url, more.as_bytes(), &signature, "token", false).is_err());
        }
        let mut fewer = pairs.clone();
        let removed = fewer.remove(place.index(pairs.len()));
        if !fewer.contains(&removed) {
            let fewer = Params::from_pairs(fewer).to_form();
            prop_assert!(check(&url, fewer.as_bytes(), &signature, "token", false).is_err());
        }
    }

    #[test]
    fn a_changed_signature_or_token_is_refused(
        pairs in pairs(), url in url(), place: Index, to in "[A-Za-z0-9+/=]"
    ) {
        let body = Params::from_pairs(pairs).to_form();
        let signature = sign(&url, body.as_bytes(), "the right token");
        prop_assert_eq!(check(&url, body.as_bytes(), &signature, "the right token", false), Ok(()));
        let to = to.chars().next().unwrap();
        if let Some(other) = changed(&signature, place, to) {
            prop_assert!(check(&url, body.as_bytes(), &other, "the right token", false).is_err());
        }
        if let Some(other) = changed("the right token", place, to) {
            prop_assert!(check(&url, body.as_bytes(), &signature, &other, false).is_err());
        }
    }

    #[test]
    fn nothing_a_stranger_sends_makes_it_panic(
        url in prop_oneof![any::<String>(), "(https?://)?[a-z@:\\[\\]/?#%=&+]{0,30}"],
        content_type in prop::option::of(any::<Vec<u8>>()),
        form: bool,
        body in any::<Vec<u8>>(),
        signature in prop_oneof![any::<Vec<u8>>(), "[A-Za-z]{28}".prop_map(String::into_bytes)],
        settings in prop::option::of("[a-z=, _A-Z0-9]{0,30}"),
        upgrade: bool,
    ) {
        let content_type = if form { FORM } else { content_type.as_deref() };
        let mut request = RequestView::with_body(&url, content_type, &body, &signature)
            .with_upgrade(upgrade);
        if let Some(settings) = &settings {
            request = request.with_settings(settings.as_bytes());
        }
        let tokens = AuthTokens::single("AC1", "token");
        prop_assert!(SignatureScheme::new().verify(&request, &tokens).is_err());
    }
}

#[test]
fn large_bodies_take_time_in_proportion() {
    let signature = "A".repeat(28);
    for body in [
        "Body=x&".repeat(10_000),
        "=&".repeat(512 * 1024),
        "&".repeat(1024 * 1024),
        (0..80_000).map(|n| format!("Digits={n}&")).collect(),
        format!("Body={}", "%".repeat(1024 * 1024)),
    ] {
        let result = check(
            "https://h.example/x",
            body.as_bytes(),
            &signature,
            "token",
            false,
        );
        assert!(result.is_err());
    }
}
