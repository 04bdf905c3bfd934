//! Every page: no barriers, no complaints of the browser, no sideways scrolling, and a picture of it.

use crm::people::Role;

use crate::{
    driver::in_browser,
    office::Office,
    page::Page,
    support::{SENDER, sid},
};

/// The pages: a name for the picture, and the address.
const PAGES: &[(&str, &str)] = &[
    ("messages", "/messages"),
    ("messages-none", "/messages?filter=blocked"),
    ("not-found", "/nothing/here"),
];

/// What there is to see.
async fn furnish(office: &Office) {
    office
        .text(&sid("SM", 1), SENDER, "Hello, is my order ready?")
        .await;
    office
        .text(
            &sid("SM", 2),
            "+12025550144",
            "Thanks! See you on Friday then 👍",
        )
        .await;
    office
        .text(
            &sid("SM", 3),
            "+442079460018",
            "Could you call me back, please? It is about the invoice of last month.",
        )
        .await;
}

/// Looks at a page in both colours and three widths.
async fn look(page: &Page, name: &str, path: &str) {
    for scheme in ["light", "dark"] {
        page.prefer(scheme).await;
        page.resize(1280, 800).await;
        page.go(path).await;
        page.see("#main").await;
        page.has_no_barriers(&format!("{name}, {scheme}")).await;
        page.screenshot(&format!("{name}-{scheme}")).await;
    }
    page.prefer("light").await;
    for width in [360, 320] {
        page.resize(width, 740).await;
        page.go(path).await;
        page.see("#main").await;
        if width == 360 {
            page.screenshot(&format!("{name}-{width}")).await;
        }
        let scroll = page.js("document.documentElement.scrollWidth").await;
        assert!(
            scroll.as_u64().unwrap() <= u64::from(width),
            "{name} is {scroll} wide at {width}"
        );
    }
    page.has_no_barriers(&format!("{name}, narrow")).await;
    page.has_no_complaints().await;
}

in_browser! {
    async fn pages_have_no_barriers_in_light_and_dark_and_on_a_phone(office: &Office, page: &Page) {
        let email = office.person(Role::Owner).await;
        furnish(office).await;
        look(page, "sign-in", "/sign-in").await;
        page.sign_in(&email).await;
        for (name, path) in PAGES {
            look(page, name, path).await;
        }
    }

    async fn the_colours_that_somebody_chose_stay(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        page.prefer("light").await;
        page.sign_in(&email).await;
        page.click(".avatar-button").await;
        page.click("[data-theme-switch] label:last-of-type span").await;
        page.holds("document.documentElement.dataset.theme === 'dark'").await;
        let dark = page.js("getComputedStyle(document.body).backgroundColor").await;
        page.go("/messages").await;
        page.holds("document.documentElement.dataset.theme === 'dark'").await;
        assert_eq!(page.js("getComputedStyle(document.body).backgroundColor").await, dark);
        page.see_no(".menu-panel").await;
    }
}
