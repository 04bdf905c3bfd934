//! What the roots of all kinds of TwiML have in common.

/// Gives a root element its document and makes it a [`Reply`](super::Reply).
macro_rules! response {
    ($Response:ident) => {
        impl $Response {
            /// Reads a document.
            ///
            /// What stands where TwiML allows it gets its type; everything else is kept too, as
            /// [`RawElement`](crate::twiml::RawElement)s and as attributes by name. See [reading
            /// TwiML](crate::twiml#reading-twiml) for what is kept and what isn't.
            ///
            /// # Errors
            ///
            /// If the text is not well-formed XML, the root isn't `<Response>`, elements are nested
            /// more than 64 deep, or there is a document type.
            pub fn parse(text: &str) -> Result<Self, $crate::twiml::ParseError> {
                let root = $crate::twiml::parse::root(text)?;
                Ok($crate::twiml::element::Known::from_source(&root))
            }

            /// Checks the response for what Twilio would object to, or do otherwise than it looks.
            ///
            /// The places are those in [`to_xml`](Self::to_xml). See [`lint`](mod@crate::twiml::lint)
            /// for the rules.
            #[must_use]
            pub fn lint(&self) -> Vec<$crate::twiml::lint::Finding> {
                let schema = <Self as $crate::twiml::element::Known>::SCHEMA;
                $crate::twiml::lint::lint_as(&self.to_xml(), schema)
            }

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

        impl std::str::FromStr for $Response {
            type Err = $crate::twiml::ParseError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
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
