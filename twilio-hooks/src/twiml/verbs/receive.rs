use crate::twiml::element::element;
use crate::twiml::values::attribute_enum;
use crate::twiml::{HttpMethod, Text};

element! {
    /// Receives a fax. Twilio has shut Programmable Fax down (error 34005).
    ///
    /// It is here because the official libraries still have it; see [Twilio's
    /// page](https://www.twilio.com/docs/fax).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{FaxPageSize, Receive};
    ///
    /// let receive = Receive::new().action("/fax/received").page_size(FaxPageSize::A4);
    /// assert_eq!(receive.to_string(), r#"<Receive action="/fax/received" pageSize="a4"/>"#);
    /// ```
    pub struct Receive = "Receive" inside [FaxResponse] {
        /// The URL that is told about the fax and asked for TwiML.
        action: Text = "action",
        /// The kind of file to keep.
        media_type: FaxMediaType = "mediaType",
        /// The HTTP method for `action`, POST by default.
        method: HttpMethod = "method",
        /// The size of the pages.
        page_size: FaxPageSize = "pageSize",
        /// Whether Twilio keeps the file.
        store_media: bool = "storeMedia",
    }
}

attribute_enum! {
    /// The kind of file that a fax is kept as.
    pub enum FaxMediaType {
        /// PDF.
        Pdf = "application/pdf",
        /// TIFF.
        Tiff = "image/tiff",
    }
}

attribute_enum! {
    /// The size of a fax's pages.
    pub enum FaxPageSize {
        /// US Letter.
        Letter = "letter",
        /// US Legal.
        Legal = "legal",
        /// A4.
        A4 = "a4",
    }
}
