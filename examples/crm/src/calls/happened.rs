//! [`Happened`]: what is kept of a call for people to read.

/// Something for the list of what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Happened {
    /// What.
    pub kind: HappenedKind,
    /// The phone or the menu.
    pub name: Option<String>,
    /// The key.
    pub key: Option<char>,
    /// How long.
    pub seconds: Option<u32>,
}

macro_rules! kinds {
    ($( $(#[$meta:meta])* $Kind:ident => $text:literal, )+) => {
        /// A kind of what happens in a call.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum HappenedKind {
            $( $(#[$meta])* $Kind, )+
        }

        impl HappenedKind {
            /// How it is written.
            #[must_use]
            pub(super) fn as_str(self) -> &'static str {
                match self {
                    $( Self::$Kind => $text, )+
                }
            }
        }
    };
}

kinds! {
    /// A phone of ours was rung.
    Forwarded => "forwarded",
    /// One of us has talked with the caller.
    Answered => "answered",
    /// Who answered did not take the call.
    NotAccepted => "not_accepted",
    /// Nobody answered.
    NoAnswer => "no_answer",
    /// Busy.
    Busy => "busy",
    /// Could not be reached.
    Failed => "failed",
    /// A menu was spoken.
    Menu => "menu",
    /// A key was pressed.
    Key => "key",
    /// No key was pressed.
    NoKey => "no_key",
    /// A message could be left.
    VoicemailOffered => "voicemail_offered",
    /// A message was left.
    Voicemail => "voicemail",
    /// The caller heard a last sentence.
    Told => "told",
    /// The call was refused.
    Rejected => "rejected",
    /// The caller hung up.
    HungUp => "hung_up",
}

impl Happened {
    /// Something about nothing in particular.
    #[must_use]
    pub(super) fn new(kind: HappenedKind) -> Self {
        Self {
            kind,
            name: None,
            key: None,
            seconds: None,
        }
    }

    /// Something about a phone or a menu.
    #[must_use]
    pub(super) fn about(kind: HappenedKind, name: &str) -> Self {
        Self {
            name: Some(name.to_owned()),
            ..Self::new(kind)
        }
    }
}
