//! What pages load: one stylesheet, modules, icons. All of it is in the program itself.
//!
//! The address has a digest of all of them, so a browser may keep each for ever: a new program has new
//! addresses. Modules import each other by relative addresses, which the digest covers.

use std::{fmt::Write as _, sync::LazyLock};

use axum::{
    Router,
    extract::Path,
    response::{IntoResponse as _, Response},
    routing::get,
};
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest as _, Sha256};

use crate::app::AppState;

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// A file that pages load.
struct Asset {
    path: &'static str,
    content_type: &'static str,
    text: &'static str,
}

macro_rules! file {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/", $path))
    };
}

macro_rules! assets {
    ($( $kind:ident $path:literal ),+ $(,)?) => {
        &[
            // The tokens come first, then what everything is made of, then the areas.
            Asset {
                path: "app.css",
                content_type: CSS,
                text: concat!(
                    file!("css/tokens.css"),
                    file!("css/base.css"),
                    file!("css/layout.css"),
                    file!("css/bell.css"),
                    file!("css/guide.css"),
                    file!("css/sign-in.css"),
                    file!("css/messages.css"),
                    file!("css/conversation.css"),
                    file!("css/area.css"),
                    file!("css/calls.css"),
                    file!("css/contacts.css"),
                    file!("css/settings.css"),
                ),
            },
            $( Asset { path: $path, content_type: $kind, text: file!($path) }, )+
        ]
    };
}

static ASSETS: &[Asset] = assets![
    SVG "icons.svg",
    SVG "favicon.svg",
    JAVASCRIPT "js/api.js",
    JAVASCRIPT "js/auto-reply.js",
    JAVASCRIPT "js/base.js",
    JAVASCRIPT "js/bell.js",
    JAVASCRIPT "js/call-test.js",
    JAVASCRIPT "js/call.js",
    JAVASCRIPT "js/calls.js",
    JAVASCRIPT "js/composer.js",
    JAVASCRIPT "js/contact.js",
    JAVASCRIPT "js/conversation.js",
    JAVASCRIPT "js/copy.js",
    JAVASCRIPT "js/dial.js",
    JAVASCRIPT "js/forms.js",
    JAVASCRIPT "js/hours.js",
    JAVASCRIPT "js/lines.js",
    JAVASCRIPT "js/live.js",
    JAVASCRIPT "js/menu.js",
    JAVASCRIPT "js/messages.js",
    JAVASCRIPT "js/new-message.js",
    JAVASCRIPT "js/picker.js",
    JAVASCRIPT "js/player.js",
    JAVASCRIPT "js/profile.js",
    JAVASCRIPT "js/rows.js",
    JAVASCRIPT "js/secret.js",
    JAVASCRIPT "js/segments.js",
    JAVASCRIPT "js/sign-in.js",
    JAVASCRIPT "js/soon.js",
    JAVASCRIPT "js/template.js",
    JAVASCRIPT "js/ticking.js",
    JAVASCRIPT "js/time.js",
    JAVASCRIPT "js/welcome.js",
];

/// Where they are: `/assets/<digest>`, without a slash at the end.
pub(super) fn root() -> &'static str {
    static ROOT: LazyLock<String> = LazyLock::new(|| {
        let mut digest = Sha256::new();
        for asset in ASSETS {
            digest.update(asset.path);
            digest.update([0]);
            digest.update(asset.text);
            digest.update([0]);
        }
        let mut root = "/assets/".to_owned();
        for byte in &digest.finalize()[..8] {
            let _ = write!(root, "{byte:02x}");
        }
        root
    });
    &ROOT
}

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/assets/{digest}/{*path}", get(show))
}

async fn show(Path((digest, path)): Path<(String, String)>) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.path == path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // A page of an older program may still be open: it gets what there is, and must ask again.
    let cache = match root().strip_prefix("/assets/") == Some(&digest) {
        true => "public, max-age=31536000, immutable",
        false => "no-store",
    };
    let headers = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, cache),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // An icon that is opened alone is a document, too.
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    (headers, asset.text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_script_is_less_than_100_kb() {
        let scripts = ASSETS.iter().filter(|it| it.content_type == JAVASCRIPT);
        let bytes: usize = scripts.map(|it| it.text.len()).sum();
        assert!(bytes < 100_000, "{bytes} bytes");
    }

    #[test]
    fn nothing_is_loaded_from_elsewhere() {
        for asset in ASSETS {
            let text = asset.text.replace("http://www.w3.org/2000/svg", "");
            for foreign in ["http://", "https://", "url(//", "@import"] {
                assert!(!text.contains(foreign), "{}: {foreign}", asset.path);
            }
        }
    }

    #[test]
    fn modules_import_what_is_there() {
        for asset in ASSETS.iter().filter(|it| it.content_type == JAVASCRIPT) {
            for line in asset
                .text
                .lines()
                .filter(|line| line.starts_with("import "))
            {
                let name = line.split('"').nth(1).unwrap();
                let path = name.replace("./", "js/");
                assert!(ASSETS.iter().any(|it| it.path == path), "{line}");
            }
        }
    }
}
