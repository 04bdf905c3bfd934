//! Video: what happens in rooms, and to compositions made of their recordings.
//!
//! | type | Twilio tells |
//! |---|---|
//! | [`RoomStatusUpdate`] | somebody came or went, a track or recording began or ended, … |
//! | [`CompositionStatusUpdate`] | a composition has got further, or failed |

mod composition;
mod room;

pub use self::{
    composition::{CompositionEvent, CompositionStatusUpdate},
    room::{
        ParticipantStatus, RecordingContainer, RoomEvent, RoomStatus, RoomStatusUpdate, RoomType,
        TrackCodec, TrackKind,
    },
};
