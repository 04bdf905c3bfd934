//! What may stand inside what, as a table beside Twilio's documentation; the compiler keeps to it.

use std::marker::PhantomData;

use twilio_hooks::twiml::{
    Body, ChildOf, Dial, Gather, Hangup, Media, Message, MessagingResponse, Number, Pause, Play,
    RawElement, Record, Redirect, Reject, Say, VoiceResponse,
};

/// `Pair::<A, B>::FITS` is the inherent constant if `A` fits into `B`, and the trait's otherwise.
struct Pair<Child, Parent>(PhantomData<(Child, Parent)>);

trait DoesNotFit {
    const FITS: bool = false;
}

impl<Child, Parent> DoesNotFit for Pair<Child, Parent> {}

impl<Child: ChildOf<Parent>, Parent> Pair<Child, Parent> {
    const FITS: bool = true;
}

/// The names of the elements that fit into `$Parent`.
macro_rules! children_of {
    ($Parent:ty) => {
        children_of!($Parent: Body Dial Gather Hangup Media Message MessagingResponse Number Pause Play RawElement Record
            Redirect Reject Say VoiceResponse)
    };
    ($Parent:ty: $($Child:ident)*) => {{
        let all = [$((stringify!($Child), Pair::<$Child, $Parent>::FITS)),*];
        all.into_iter().filter_map(|(name, fits)| fits.then_some(name)).collect::<Vec<_>>()
    }};
}

#[test]
fn responses_hold_their_own_verbs() {
    assert_eq!(
        children_of!(VoiceResponse),
        [
            "Dial",
            "Gather",
            "Hangup",
            "Pause",
            "Play",
            "RawElement",
            "Record",
            "Redirect",
            "Reject",
            "Say"
        ]
    );
    assert_eq!(
        children_of!(MessagingResponse),
        ["Message", "RawElement", "Redirect"]
    );
}

#[test]
fn verbs_hold_their_own_nouns() {
    assert_eq!(children_of!(Dial), ["Number", "RawElement"]);
    assert_eq!(children_of!(Gather), ["Pause", "Play", "RawElement", "Say"]);
    assert_eq!(children_of!(Message), ["Body", "Media", "RawElement"]);
}

#[test]
fn other_elements_hold_only_raw_ones() {
    let leaves = [
        children_of!(Body),
        children_of!(Hangup),
        children_of!(Media),
        children_of!(Number),
        children_of!(Pause),
        children_of!(Play),
        children_of!(Record),
        children_of!(Redirect),
        children_of!(Reject),
        children_of!(Say),
    ];
    for children in leaves {
        assert_eq!(children, ["RawElement"]);
    }
}
