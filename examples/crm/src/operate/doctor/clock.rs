//! The clock, beside Twilio's.

use jiff::{SignedDuration, Timestamp, fmt::rfc2822};

use super::{Finding, Roots, http};
use crate::{clock::Clock, config::Config};

/// From how much on it is said.
const NOTICED: SignedDuration = SignedDuration::from_secs(30);

/// From how much on times of messages and the ends of sessions are wrong for people, and certificates
/// may be refused.
const WRONG: SignedDuration = SignedDuration::from_mins(5);

const TWILIO: &str = "https://api.twilio.com";

const REMEDY: &str = "Let the machine take the time from the network, such as by chrony or \
                      systemd-timesyncd.";

pub(super) async fn examine(config: &Config, clock: &Clock, roots: &Roots) -> Vec<Finding> {
    let base = config.twilio_api_url.as_deref().unwrap_or(TWILIO);
    let url = format!("{}/2010-04-01", base.trim_end_matches('/'));
    // Only the time is read. With a clock that is wrong the certificate would seem to be, too.
    let reply = match http::get(&url, roots, None).await {
        Ok(reply) => reply,
        Err(failed) => {
            let finding = Finding::fault(
                "twilio_unreachable",
                format!(
                    "Twilio's API can't be reached from here ({}).",
                    failed.words()
                ),
                "Check the network, name resolution and the firewall of this machine; \
                 status.twilio.com says if it is Twilio.",
            );
            return vec![finding.about(base)];
        }
    };
    let date = reply.headers.get(::http::header::DATE);
    let date = date.and_then(|date| date.to_str().ok()).and_then(read);
    let Some(date) = date else {
        return Vec::new();
    };
    let ahead = clock.now().duration_since(date);
    vec![judge(ahead)]
}

fn judge(ahead: SignedDuration) -> Finding {
    let seconds = ahead.abs().as_secs();
    let direction = match ahead.is_negative() {
        true => "slow",
        false => "fast",
    };
    let cause = format!("The clock of this machine is {seconds} seconds {direction}.");
    if ahead.abs() > WRONG {
        Finding::fault("clock_wrong", cause, REMEDY)
    } else if ahead.abs() > NOTICED {
        Finding::warning("clock_off", cause, REMEDY)
    } else {
        Finding::fine("clock", "The clock is right, beside Twilio's.")
    }
}

fn read(date: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(date).ok()
}
