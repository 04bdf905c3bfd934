use std::fmt;

use super::comment::Comment;
use super::xml::{WriteXml, XmlWriter};

/// A response with a choice of what stands around its root: the XML declaration and comments.
///
/// Made by [`VoiceResponse::document`](super::VoiceResponse::document) and its siblings; rendered by
/// `to_string`. Twilio needs none of it, so that `to_xml` is enough for replies.
///
/// # Examples
///
/// ```
/// use twilio_hooks::twiml::{Comment, Hangup, VoiceResponse};
///
/// let reply = VoiceResponse::new().with(Hangup::new());
/// let document = reply
///     .document()
///     .without_declaration()
///     .comment_before(Comment::new(" after hours ")?)
///     .comment_after(Comment::new(" end ")?);
/// assert_eq!(
///     document.to_string(),
///     "<!-- after hours --><Response><Hangup/></Response><!-- end -->",
/// );
/// # Ok::<(), twilio_hooks::twiml::InvalidComment>(())
/// ```
#[must_use]
#[derive(Clone)]
pub struct Document<'r> {
    root: &'r dyn WriteXml,
    declaration: bool,
    before: Vec<Comment>,
    after: Vec<Comment>,
}

impl<'r> Document<'r> {
    pub(crate) fn new(root: &'r dyn WriteXml) -> Self {
        Self {
            root,
            declaration: true,
            before: Vec::new(),
            after: Vec::new(),
        }
    }

    /// Leaves the XML declaration out; UTF-8 is XML's own default.
    pub const fn without_declaration(mut self) -> Self {
        self.declaration = false;
        self
    }

    /// Adds a comment before the root, after those that are there already.
    pub fn comment_before(mut self, comment: Comment) -> Self {
        self.before.push(comment);
        self
    }

    /// Adds a comment after the root, after those that are there already.
    pub fn comment_after(mut self, comment: Comment) -> Self {
        self.after.push(comment);
        self
    }
}

impl fmt::Display for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut xml = XmlWriter::with_room();
        if self.declaration {
            xml.declaration();
        }
        for comment in &self.before {
            comment.write_xml(&mut xml);
        }
        self.root.write_xml(&mut xml);
        for comment in &self.after {
            comment.write_xml(&mut xml);
        }
        f.write_str(&xml.into_string())
    }
}

impl fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("declaration", &self.declaration)
            .field("before", &self.before)
            .field("after", &self.after)
            .finish_non_exhaustive()
    }
}
