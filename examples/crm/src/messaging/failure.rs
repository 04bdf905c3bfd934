//! Why a text was not sent, or not yet: [`Failure`] and [`Delay`], in sentences for people.

use twilio_hooks::ErrorCode;

/// The code for a message by WhatsApp to somebody who has not written for a day.
pub(super) const OUTSIDE_WINDOW: u32 = 63016;

const WINDOW_IS_OVER: &str =
    "WhatsApp lets you write freely only within 24 hours after the person's last message.";

/// What an error code of Twilio's means, in a sentence, if that is known.
#[must_use]
pub fn meaning(code: u32) -> Option<&'static str> {
    match code {
        OUTSIDE_WINDOW => Some(WINDOW_IS_OVER),
        _ => ErrorCode::new(code).meaning(),
    }
}

/// Why a text did not reach its recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Twilio's error code, if it was Twilio or a carrier.
    pub code: Option<u32>,
    /// What happened.
    pub meaning: String,
    /// What to do about it.
    pub advice: String,
    /// Whether the same text may get through if it is sent again.
    pub retryable: bool,
}

impl Failure {
    /// What an error code of Twilio's means. New codes come without notice: of those we only know
    /// where to read about them.
    #[must_use]
    pub fn of_code(code: u32) -> Self {
        let known = ErrorCode::new(code);
        if code == OUTSIDE_WINDOW {
            return Self {
                code: Some(code),
                meaning: WINDOW_IS_OVER.to_owned(),
                advice:
                    "Wait until they write again, or send them an SMS: a new text to their number."
                        .to_owned(),
                retryable: false,
            };
        }
        match known.info() {
            Some(info) => Self {
                code: Some(code),
                meaning: info.meaning.to_owned(),
                advice: info.advice.to_owned(),
                retryable: info.retryable,
            },
            None => Self {
                code: Some(code),
                meaning: format!("Twilio error {code}."),
                advice: format!("Read about it at {}.", known.url()),
                retryable: false,
            },
        }
    }

    /// Of a failure that Twilio gave no code for.
    #[must_use]
    pub fn without_reason() -> Self {
        Self::ours(
            "Twilio or the carrier gave no reason.",
            "Check the number and Twilio's log before you write again.",
            false,
        )
    }

    fn ours(meaning: &str, advice: &str, retryable: bool) -> Self {
        Self {
            code: None,
            meaning: meaning.to_owned(),
            advice: advice.to_owned(),
            retryable,
        }
    }
}

macro_rules! words {
    ($( #[$meta:meta] )* $Name:ident { $( $(#[$doc:meta])* $Variant:ident => $word:literal; )+ }) => {
        $( #[$meta] )*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $Name {
            $( $(#[$doc])* $Variant, )+
        }

        impl $Name {
            /// How it is written in the database.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $( Self::$Variant => $word, )+
                }
            }

            /// Reads what [`as_str`](Self::as_str) wrote.
            #[must_use]
            pub fn read(word: &str) -> Option<Self> {
                match word {
                    $( $word => Some(Self::$Variant), )+
                    _ => None,
                }
            }
        }
    };
}

words! {
    /// Why we gave a text up ourselves.
    GaveUp {
        /// Twilio refused it and gave no code.
        Refused => "refused";
        /// It has waited too long to be of use.
        Expired => "expired";
        /// The line is not the company's any more.
        LineGone => "line-gone";
        /// Twilio took it, and then the line was not the company's any more.
        LineLost => "line-lost";
        /// The person has said STOP in the meantime.
        OptedOut => "opted-out";
        /// Somebody has blocked the contact in the meantime.
        Blocked => "blocked";
        /// Nobody could find out whether Twilio took it.
        Ambiguous => "ambiguous";
        /// Twilio got it with our answer to a text, and has never said anything of it.
        Unreported => "unreported";
    }
}

impl GaveUp {
    /// For people.
    #[must_use]
    pub fn failure(self) -> Failure {
        match self {
            Self::Refused => Failure::ours(
                "Twilio refused the message and gave no code.",
                "Look into Twilio's error log.",
                false,
            ),
            Self::Expired => Failure::ours(
                "It could not be sent within twelve hours.",
                "Send it again if it is still of use.",
                true,
            ),
            Self::LineGone => Failure::ours(
                "The line it was to be sent from is not yours any more.",
                "Write it again from another line.",
                false,
            ),
            Self::LineLost => Failure::ours(
                "Twilio took it, but the line is not yours any more, so nobody knows whether it arrived.",
                "Ask the recipient before you write it again from another line.",
                false,
            ),
            Self::OptedOut => Failure::ours(
                "This person texted STOP to this line before it was sent.",
                "Wait until they text START.",
                false,
            ),
            Self::Blocked => Failure::ours(
                "The contact was blocked before it was sent.",
                "Unblock the contact and write again.",
                false,
            ),
            Self::Ambiguous => Failure::ours(
                "It may have been sent: the connection to Twilio broke, and its list of messages does \
                 not tell.",
                "Ask the recipient, or look into Twilio's log, before you write it again.",
                false,
            ),
            Self::Unreported => Failure::ours(
                "It may not have been sent: Twilio got it as the answer to a text, and has never said \
                 what became of it.",
                "Ask the recipient, or look into Twilio's log, before you write it again.",
                false,
            ),
        }
    }
}

words! {
    /// Why a text still waits.
    Delay {
        /// Nothing is known of the Twilio account here.
        AccountUnknown => "account-unknown";
        /// Twilio does not accept our credentials, or has stopped the account.
        LoginRefused => "login-refused";
        /// Twilio has too many requests or messages of ours.
        TooMany => "too-many";
        /// Twilio could not be reached.
        Unreachable => "unreachable";
        /// Twilio may have it: that is being looked up.
        Unknown => "unknown";
        /// Twilio got it with our answer to a text, and has said nothing of it.
        NotReported => "not-reported";
    }
}

impl Delay {
    /// For people.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::AccountUnknown => {
                "The Twilio account of this line is not set up here; an administrator has to enter it."
            }
            Self::LoginRefused => {
                "Twilio does not accept our credentials; an administrator has to correct them."
            }
            Self::TooMany => "Twilio has too many messages waiting; it is tried again shortly.",
            Self::Unreachable => "Twilio can't be reached; it is tried again shortly.",
            Self::Unknown => {
                "The connection to Twilio broke; it is being looked up whether the message was sent."
            }
            Self::NotReported => {
                "Twilio got it as the answer to a text, and has not said yet what became of it."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lesson_29_every_failure_has_a_meaning_and_an_advice() {
        for code in (0..70_000).step_by(7).chain([21610, 30003, 30034]) {
            let failure = Failure::of_code(code);
            assert!(!failure.meaning.is_empty() && !failure.advice.is_empty());
            assert_eq!(failure.code, Some(code));
        }
        assert!(Failure::of_code(30003).retryable);
        assert!(!Failure::of_code(30034).retryable);
        let window = Failure::of_code(63016);
        assert_eq!(meaning(63016), Some(window.meaning.as_str()));
        assert!(window.meaning.contains("24 hours") && !window.retryable);
        let unknown = Failure::of_code(39_999);
        assert!(!unknown.retryable && unknown.advice.contains("errors/39999"));
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for gave_up in [
            GaveUp::Refused,
            GaveUp::Expired,
            GaveUp::LineGone,
            GaveUp::LineLost,
            GaveUp::OptedOut,
            GaveUp::Blocked,
            GaveUp::Ambiguous,
            GaveUp::Unreported,
        ] {
            assert_eq!(GaveUp::read(gave_up.as_str()), Some(gave_up));
        }
        assert_eq!(Delay::read(Delay::TooMany.as_str()), Some(Delay::TooMany));
        assert_eq!(Delay::read("expired"), None);
    }
}
