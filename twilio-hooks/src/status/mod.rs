//! Where a message, call, recording or conference stands, and which report of it counts.
//!
//! Twilio reports each step in a request of its own, and requests overtake each other and are
//! repeated. Two rules sort them:
//!
//! | resource | order |
//! |---|---|
//! | message | [`MessageStatus::rank`]: there are no numbers |
//! | call | `SequenceNumber` from 0, else [`CallStatus::rank`] |
//! | recording | [`RecordingStatus::rank`] |
//! | conference | `SequenceNumber` from 1 |
//! | real-time transcription | `SequenceId` from 1, for each track by itself |
//! | video room, partial results of a `<Gather>` | `SequenceNumber` from 0 |
//!
//! A store of this crate does all of it. Who keeps track alone has [`Progress`] for what has a
//! status, and [`Sequence`] for what is numbered:
//!
//! ```
//! use twilio_hooks::{CallStatus, status::{Order, Progress, Sequence}};
//!
//! let mut call = Progress::new();
//! assert_eq!(call.report(CallStatus::Initiated, Some(0)), Order::Advanced);
//! assert_eq!(call.report(CallStatus::Completed, Some(3)), Order::Advanced);
//! assert_eq!(call.report(CallStatus::Completed, Some(3)), Order::Repeated);
//! assert_eq!(call.report(CallStatus::Ringing, Some(1)), Order::Late);
//! assert_eq!(call.status(), Some(&CallStatus::Completed));
//!
//! let mut conference = Sequence::starting_at(1);
//! assert_eq!(conference.report(1), Order::Advanced);
//! assert_eq!(conference.report(3), Order::Advanced);
//! assert_eq!(conference.missing().collect::<Vec<_>>(), [2..=2]);
//! ```

mod call;
mod conference;
mod message;
mod progress;
mod recording;
mod sequence;

pub use self::{
    call::{CallDirection, CallStatus},
    conference::{ConferenceEvent, ConferenceStatus},
    message::MessageStatus,
    progress::{Order, Progress, Status},
    recording::RecordingStatus,
    sequence::Sequence,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_status_supersedes_itself() {
        for status in MessageStatus::KNOWN {
            assert!(!status.supersedes(status), "{status}");
        }
        for status in CallStatus::KNOWN {
            assert!(!status.supersedes(status), "{status}");
        }
    }

    #[test]
    fn the_usual_ways_go_forward() {
        for way in [
            ["accepted", "queued", "sending", "sent", "delivered", "read"].as_slice(),
            &["scheduled", "accepted"],
            &["receiving", "received"],
        ] {
            for step in way.windows(2) {
                assert!(MessageStatus::from(step[1]).supersedes(&MessageStatus::from(step[0])));
                assert!(!MessageStatus::from(step[0]).supersedes(&MessageStatus::from(step[1])));
            }
        }
        for step in ["queued", "initiated", "ringing", "in-progress", "completed"].windows(2) {
            assert!(CallStatus::from(step[1]).supersedes(&CallStatus::from(step[0])));
        }
    }

    #[test]
    fn an_unknown_status_never_replaces_a_known_one() {
        assert!(!MessageStatus::from("beamed").supersedes(&MessageStatus::Queued));
        assert!(MessageStatus::Queued.supersedes(&MessageStatus::from("beamed")));
    }

    #[test]
    fn final_statuses_are_those_of_the_documentation() {
        let terminal = |statuses: &[MessageStatus]| {
            statuses
                .iter()
                .filter(|s| s.is_terminal())
                .map(MessageStatus::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            terminal(MessageStatus::KNOWN),
            [
                "delivered",
                "undelivered",
                "failed",
                "canceled",
                "read",
                "received"
            ]
        );
    }
}
