//! What the roots of all kinds of TwiML have in common.

/// Gives a root element its document and makes it a [`Reply`](super::Reply).
macro_rules! response {
    ($Response:ident) => {
        impl $Response {
            /// The whole document, with its XML declaration.
            #[must_use]
            pub fn to_xml(&self) -> String {
                $crate::twiml::xml::XmlWriter::document(self)
            }

            /// The document with a choice of what stands around its root: comments, no declaration.
            pub fn document(&self) -> $crate::twiml::Document<'_> {
                $crate::twiml::Document::new(self)
            }

            /// The document as the body of an HTTP response of type `text/xml`.
            #[must_use]
            pub fn to_bytes(&self) -> bytes::Bytes {
                self.to_xml().into()
            }
        }

        impl std::fmt::Display for $Response {
            /// Writes the whole document, with its XML declaration.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.to_xml())
            }
        }

        impl $crate::twiml::Reply for $Response {
            fn into_reply(self) -> $crate::twiml::ReplyBody {
                $crate::twiml::ReplyBody::Twiml(self.to_bytes())
            }
        }

        impl $crate::twiml::element::Sealed for $Response {}
    };
}

pub(crate) use response;
