//! Messages over WebSockets.

use serde_json::Value;

use crate::{
    catalogue_support::{
        self,
        socket::{self, SOCKETS, Socket, lines},
    },
    line::Line,
    tally::Tally,
    webhooks::names,
};

fn socket(kind: &str) -> Option<&'static Socket> {
    SOCKETS.iter().find(|socket| socket.kind == kind)
}

/// Whether a message of this type is read as one.
fn has_type(socket: &Socket, name: &str) -> Result<(), String> {
    let message = socket::members(socket.kind, socket.tag, name);
    socket.check(&Value::Object(message))
}

pub(crate) fn has_all_types(kind: &str) -> bool {
    socket(kind).is_some_and(|socket| {
        let mut types = socket::types(socket.kind, socket.tag).into_iter();
        types.all(|name| has_type(socket, name).is_ok())
    })
}

/// Each type of message, with all its members, is read or sent as its variant.
pub(crate) fn types() -> Line {
    let mut tally = Tally::default();
    for socket in &SOCKETS {
        for name in socket::types(socket.kind, socket.tag) {
            let result = has_type(socket, name);
            tally.note(result.is_ok(), || {
                format!("{}: {name}: {result:?}", socket.kind)
            });
        }
    }
    Line::new("types of socket messages with a variant", tally)
}

/// Each member of each kind, in every type of message that has it.
pub(crate) fn members() -> Line {
    let mut tally = Tally::default();
    for (kind, entry) in catalogue_support::kinds("websocket") {
        for name in names(&entry) {
            let socket = socket(&kind).ok_or_else(|| "the kind has no type".to_owned());
            let result = socket.and_then(|socket| socket.lands(name));
            tally.note(result.is_ok(), || format!("{kind}: {name}: {result:?}"));
        }
    }
    Line::new("members of socket messages in a typed field", tally)
}

/// What a recorded message is read as.
enum Heard {
    Typed,
    /// Of a type that the catalogue doesn't have either, and kept whole.
    Kept,
}

fn hear(kind: &str, line: &str) -> Result<Heard, String> {
    let socket = socket(kind).ok_or("the kind has no type")?;
    let message: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let name = message[socket.tag].as_str().unwrap_or_default();
    if socket::types(kind, socket.tag).contains(&name) {
        return socket.check(&message).map(|()| Heard::Typed);
    }
    let read = (socket.read)(line).ok_or("it is refused")?;
    match read.extra.is_none() && read.written == message {
        true => Ok(Heard::Kept),
        false => Err(format!("{name} is not in the catalogue")),
    }
}

pub(crate) fn read_conversation(kind: &str, file: &str) -> Result<(), String> {
    lines(file)
        .iter()
        .try_for_each(|line| hear(kind, line).map(drop))
}

/// The messages of the recorded conversations.
pub(crate) fn messages() -> Line {
    let (mut tally, mut kept) = (Tally::default(), 0);
    for (file, kind) in catalogue_support::index() {
        if !file.ends_with(".ws.jsonl") {
            continue;
        }
        for (number, line) in (1..).zip(lines(&file)) {
            let heard = hear(&kind, &line);
            kept += usize::from(matches!(heard, Ok(Heard::Kept)));
            tally.note(heard.is_ok(), || {
                format!("{file}, line {number}: {:?}", heard.err())
            });
        }
    }
    Line::new("messages in those conversations", tally)
        .remark(format!("{kept} of an unknown type, kept whole"))
}
