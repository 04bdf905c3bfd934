//! The reading of TwiML: what is read is written again and means the same, and the linter agrees with
//! the parser on what is XML.

use std::hint::black_box;

use twilio_hooks::twiml::lint::{FindingCode, Product, lint};
use twilio_hooks::twiml::{MessagingResponse, VoiceResponse};

/// Takes the input as a document.
pub fn twiml(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    let findings = lint(text, Product::Voice);
    let refused = findings.iter().find(|finding| {
        matches!(
            finding.code,
            FindingCode::NotWellFormed | FindingCode::WrongRoot
        )
    });
    match VoiceResponse::parse(text) {
        Ok(response) => {
            assert_eq!(refused, None);
            let written = response.to_xml();
            assert_eq!(VoiceResponse::parse(&written), Ok(response));

            let messaging = MessagingResponse::parse(text).expect("it is XML");
            assert_eq!(MessagingResponse::parse(&messaging.to_xml()), Ok(messaging));
        }
        Err(error) => {
            let finding = refused.expect("the linter refuses it too");
            assert_eq!(finding.position, error.position);
        }
    }
    let _ = black_box(format!("{findings:?}"));
}
