//! [`Kind`]: what a file is, by its first bytes.

/// A type of file that [Twilio sends](https://www.twilio.com/docs/messaging/guides/accepted-mime-types).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A picture.
    Jpeg,
    /// A picture.
    Png,
    /// A picture, perhaps a moving one.
    Gif,
    /// A film.
    Mp4,
    /// A film or sound of a phone.
    ThreeGpp,
    /// A sound.
    Mp3,
    /// A sound of a phone.
    Amr,
    /// A document.
    Pdf,
    /// A card with a name and numbers.
    VCard,
}

impl Kind {
    const ALL: [Self; 9] = [
        Self::Jpeg,
        Self::Png,
        Self::Gif,
        Self::Mp4,
        Self::ThreeGpp,
        Self::Mp3,
        Self::Amr,
        Self::Pdf,
        Self::VCard,
    ];

    /// What the bytes are, whatever their sender calls them.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let starts = |magic: &[u8]| bytes.starts_with(magic);
        let brand = bytes
            .get(4..12)
            .and_then(|box_and_brand| box_and_brand.strip_prefix(b"ftyp"));
        Some(match brand {
            Some(brand) if brand.starts_with(b"3g") => Self::ThreeGpp,
            Some(b"isom" | b"iso2" | b"iso5" | b"iso6" | b"mp41" | b"mp42" | b"avc1" | b"M4V ") => {
                Self::Mp4
            }
            Some(_) => return None,
            None if starts(b"\xff\xd8\xff") => Self::Jpeg,
            None if starts(b"\x89PNG\r\n\x1a\n") => Self::Png,
            None if starts(b"GIF87a") || starts(b"GIF89a") => Self::Gif,
            None if starts(b"ID3") || starts(b"\xff\xfb") || starts(b"\xff\xf3") => Self::Mp3,
            None if starts(b"#!AMR\n") => Self::Amr,
            None if starts(b"%PDF-") => Self::Pdf,
            None if starts(b"BEGIN:VCARD\r\n") || starts(b"BEGIN:VCARD\n") => Self::VCard,
            None => return None,
        })
    }

    /// The type as `Content-Type` has it.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Mp4 => "video/mp4",
            Self::ThreeGpp => "video/3gpp",
            Self::Mp3 => "audio/mpeg",
            Self::Amr => "audio/amr",
            Self::Pdf => "application/pdf",
            Self::VCard => "text/vcard",
        }
    }

    /// A name for a file; short, as carriers want it.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Jpeg => "picture.jpg",
            Self::Png => "picture.png",
            Self::Gif => "picture.gif",
            Self::Mp4 => "video.mp4",
            Self::ThreeGpp => "video.3gp",
            Self::Mp3 => "sound.mp3",
            Self::Amr => "sound.amr",
            Self::Pdf => "document.pdf",
            Self::VCard => "contact.vcf",
        }
    }

    /// The type that [`content_type`](Self::content_type) writes so.
    #[must_use]
    pub fn read(content_type: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.content_type() == content_type)
    }

    /// Whether a sender may call it so. No name, or one that stands for anything, is fine.
    #[must_use]
    pub fn may_be_called(self, content_type: Option<&str>) -> bool {
        let Some(name) = content_type else {
            return true;
        };
        let name = name.split(';').next().unwrap_or_default().trim();
        let name = name.to_ascii_lowercase();
        match (self, name.as_str()) {
            (_, "" | "application/octet-stream") => true,
            (Self::Jpeg, "image/jpg")
            | (Self::ThreeGpp, "audio/3gpp")
            | (Self::Mp3, "audio/mp3")
            | (Self::VCard, "text/x-vcard") => true,
            (_, name) => name == self.content_type(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_first_bytes() {
        for (bytes, kind) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF"[..], Some(Kind::Jpeg)),
            (b"\x89PNG\r\n\x1a\n....", Some(Kind::Png)),
            (b"GIF89a..", Some(Kind::Gif)),
            (b"\0\0\0\x18ftypmp42\0\0\0\0", Some(Kind::Mp4)),
            (b"\0\0\0\x18ftyp3gp5\0\0\0\0", Some(Kind::ThreeGpp)),
            (b"\0\0\0\x18ftypheic\0\0\0\0", None),
            (b"%PDF-1.7", Some(Kind::Pdf)),
            (b"BEGIN:VCARD\r\nVERSION:3.0", Some(Kind::VCard)),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
            (b"<!doctype html>", None),
            (b"MZ", None),
            (b"", None),
        ] {
            assert_eq!(Kind::of(bytes), kind, "{bytes:?}");
        }
    }

    #[test]
    fn a_file_must_be_what_it_is_called() {
        assert!(Kind::Jpeg.may_be_called(None));
        assert!(Kind::Jpeg.may_be_called(Some("image/JPEG; charset=binary")));
        assert!(Kind::Jpeg.may_be_called(Some("image/jpg")));
        assert!(!Kind::Jpeg.may_be_called(Some("image/png")));
        assert!(!Kind::Png.may_be_called(Some("text/html")));
        for kind in Kind::ALL {
            assert_eq!(Kind::read(kind.content_type()), Some(kind));
            assert!(kind.file_name().len() <= 20);
        }
    }
}
