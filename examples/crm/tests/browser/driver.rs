//! A browser for a test with an office.

use crate::{browser::PASSWORD, chromium, office::Office, page::Page};

/// Makes a test of each function: it gets a company at work, and a browser that nobody is signed in
/// with.
macro_rules! in_browser {
    ($( $(#[$meta:meta])* async fn $name:ident($office:ident: &Office, $page:ident: &Page) $body:block )+) => {$(
        $(#[$meta])*
        #[tokio::test]
        async fn $name() {
            async fn story($office: &$crate::office::Office, $page: &$crate::page::Page) $body
            let office = $crate::office::Office::open($crate::support::Storage::sqlite()).await;
            $crate::driver::run(stringify!($name), &office, async |page| story(&office, page).await).await;
            office.close().await;
        }
    )+};
}
pub(crate) use in_browser;

/// Runs a story in a browser that is beside this office.
pub(crate) async fn run(name: &str, office: &Office, story: impl AsyncFnOnce(&Page)) {
    chromium::run(name, &office.url, story).await;
}

/// Another browser beside this office; whoever opens it closes it.
pub(crate) async fn open(office: &Office) -> Page {
    chromium::open(&office.url).await
}

impl Page {
    /// Signs in, and waits for the start page to be live.
    pub(crate) async fn sign_in(&self, email: &str) {
        self.sign_in_with(email, PASSWORD).await;
    }
}
