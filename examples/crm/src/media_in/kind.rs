//! [`Kind`]: what a file is, and whether a browser may show it.

/// How a browser is to take a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// In the page.
    Inline,
    /// Only saved to the disk.
    Attachment,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// What the browser is told that it is.
    pub content_type: &'static str,
    /// What its name ends in.
    pub ending: &'static str,
    /// How it is shown.
    pub shown: Shown,
}

/// What can do nothing but be seen or heard. An SVG is a program.
const SAFE: &[(&str, &str)] = &[
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/gif", "gif"),
    ("image/webp", "webp"),
    ("image/bmp", "bmp"),
    ("image/tiff", "tiff"),
    ("image/heic", "heic"),
    ("image/heif", "heif"),
    ("image/avif", "avif"),
    ("audio/mpeg", "mp3"),
    ("audio/mp4", "m4a"),
    ("audio/aac", "aac"),
    ("audio/ogg", "ogg"),
    ("audio/opus", "opus"),
    ("audio/wav", "wav"),
    ("audio/x-wav", "wav"),
    ("audio/webm", "weba"),
    ("audio/amr", "amr"),
    ("audio/amr-nb", "amr"),
    ("audio/3gpp", "3gp"),
    ("audio/3gpp2", "3g2"),
    ("audio/flac", "flac"),
    ("video/mp4", "mp4"),
    ("video/mpeg", "mpeg"),
    ("video/quicktime", "mov"),
    ("video/webm", "webm"),
    ("video/3gpp", "3gp"),
    ("video/3gpp2", "3g2"),
    ("video/h263", "h263"),
    ("video/h264", "h264"),
    ("video/ogg", "ogv"),
];

/// What has a name and is only saved.
const SAVED: &[(&str, &str)] = &[
    ("application/pdf", "pdf"),
    ("text/vcard", "vcf"),
    ("text/x-vcard", "vcf"),
    ("text/directory", "vcf"),
    ("text/calendar", "ics"),
    ("text/csv", "csv"),
    ("text/plain", "txt"),
    ("application/zip", "zip"),
    ("image/svg+xml", "svg"),
];

impl Kind {
    /// What a file of this media type is; the type may have parameters.
    #[must_use]
    pub fn of(content_type: Option<&str>) -> Self {
        let given = content_type.unwrap_or_default();
        let essence = given.split(';').next().unwrap_or_default().trim();
        let find = |table: &'static [(&'static str, &'static str)]| {
            table
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(essence))
        };
        if let Some((content_type, ending)) = find(SAFE) {
            return Self {
                content_type,
                ending,
                shown: Shown::Inline,
            };
        }
        Self {
            content_type: "application/octet-stream",
            ending: find(SAVED).map_or("bin", |(_, ending)| ending),
            shown: Shown::Attachment,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_sounds_and_films_are_shown() {
        let kind = Kind::of(Some("Image/JPEG; name=\"x.jpg\""));
        assert_eq!((kind.content_type, kind.ending), ("image/jpeg", "jpg"));
        assert_eq!(kind.shown, Shown::Inline);
        assert_eq!(Kind::of(Some("audio/amr")).shown, Shown::Inline);
    }

    #[test]
    fn everything_else_is_saved_as_it_is() {
        for (given, ending) in [
            (Some("image/svg+xml"), "svg"),
            (Some("text/html"), "bin"),
            (Some("application/pdf"), "pdf"),
            (Some("text/x-vcard; charset=utf-8"), "vcf"),
            (Some("image/png, text/html"), "bin"),
            (Some(""), "bin"),
            (None, "bin"),
        ] {
            let kind = Kind::of(given);
            assert_eq!(kind.shown, Shown::Attachment, "{given:?}");
            assert_eq!(kind.content_type, "application/octet-stream");
            assert_eq!(kind.ending, ending, "{given:?}");
        }
    }
}
