//! Every page: no barriers, no complaints of the browser, no sideways scrolling, and a picture of it.

use crm::people::Role;
use serde_json::json;
use twilio_hooks::testing::MessageFate;

use crate::{
    driver::in_browser,
    office::{Office, sid},
    page::Page,
    settings::PARTS,
    support::{ALPHA, ALPHA_LINE, SENDER},
    webhook_log::logged_request,
};

/// The pages: a name for the picture, and the address.
const PAGES: &[(&str, &str)] = &[
    ("messages", "/messages"),
    ("messages-none", "/messages?filter=blocked"),
    ("messages-new", "/messages/new"),
    ("calls", "/calls"),
    ("calls-voicemail", "/calls?tab=voicemail"),
    ("calls-none", "/calls?direction=out"),
    ("contacts", "/contacts"),
    ("contacts-none", "/contacts?q=nobody"),
    ("contact-new", "/contacts/new"),
    ("templates", "/templates"),
    ("template-new", "/templates/new"),
    ("menu-new", "/settings/menus/new"),
    ("profile", "/profile"),
    ("welcome", "/welcome"),
    ("guide", "/guide"),
    ("guide-start", "/guide/start"),
    ("guide-console", "/guide/console"),
    ("guide-security", "/guide/security"),
    ("not-found", "/nothing/here"),
];

/// What scrolls sideways in the page, besides what is meant to: tabs, and tables and programs that the
/// keyboard reaches.
const SCROLLS_SIDEWAYS: &str = "[...document.querySelectorAll('main, main *')]
    .filter(it => it.scrollWidth > it.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(it).overflowX))
    .filter(it => !it.closest('.tabs, .settings-nav, [tabindex=\"0\"], pre, textarea'))
    .map(it => it.outerHTML.slice(0, 80))";

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

/// Calls of all kinds, of people who have names.
async fn ring(office: &Office) {
    for (address, name, company) in [
        (SENDER, "Carla Reyes", "Reyes & Sons"),
        ("+12025550144", "Bob Stone", "Stone Bakery"),
    ] {
        office.name(address, name).await;
        let path = format!("/api{}", office.contact_page(ALPHA, address).await);
        let fields =
            json!({ "company_name": company, "labels": ["VIP"], "notes": "Rings on Fridays." });
        office.crm.patch(ALPHA, &path, &fields).await.json();
    }
    let ended = &["ringing", "in-progress", "completed"];
    office.call(&sid("CA", 11), "+442079460018", ended).await;
    office
        .call(&sid("CA", 12), "+12025550144", &["ringing", "no-answer"])
        .await;
    office.voicemail("+12025550144").await;
    office
        .call(&sid("CA", 13), "+266696687", &["ringing", "no-answer"])
        .await;
    office
        .call(&sid("CA", 14), "+12025550144", &["ringing", "in-progress"])
        .await;
}

/// What a conversation has: answers that arrive and one that does not, and a call.
async fn talk(office: &Office, page: &Page, conversation: &str) {
    page.resize(1280, 800).await;
    page.go(conversation).await;
    page.is_live().await;
    for (number, text, fate) in [
        (
            1,
            "Yes, it is ready! You can pick it up today until six.",
            MessageFate::Delivered,
        ),
        (
            2,
            "We are at 12 Main Street.",
            MessageFate::Undelivered(30003),
        ),
    ] {
        office.crm.fake().set_message_fate(SENDER, fate);
        page.write(&format!("{text}\u{e007}")).await;
        office.sent(number).await;
        office.crm.settle().await;
    }
    page.see(".failure").await;
    let call = sid("CA", 1);
    let call = |status| {
        [
            ("CallSid", call.as_str()),
            ("From", SENDER),
            ("To", ALPHA_LINE),
            ("CallStatus", status),
            ("Direction", "inbound"),
        ]
    };
    office.twilio("voice/incoming", &call("ringing")).await;
    office.twilio("voice/status", &call("no-answer")).await;
    page.read(".call", "Missed call").await;
}

/// Looks at a page in both colours and three widths.
pub(crate) async fn look(page: &Page, name: &str, path: &str) {
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
        let wide = page.js(SCROLLS_SIDEWAYS).await;
        assert_eq!(wide, json!([]), "in {name} at {width}");
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
        ring(office).await;
        for (name, path) in PAGES {
            look(page, name, path).await;
        }
        look(page, "call", &office.call_of(ALPHA, "?voicemail=true").await).await;
        let contact = office.contact_page(ALPHA, SENDER).await;
        look(page, "contact", &contact).await;
        look(page, "contact-merge", &format!("{contact}/merge?q=202")).await;
        for part in PARTS {
            look(page, &format!("settings-{part}"), &format!("/settings/{part}")).await;
        }
        let request = logged_request(office).await;
        look(page, "settings-webhook", &request).await;
        let conversation = office.conversation(ALPHA, SENDER).await;
        talk(office, page, &conversation).await;
        look(page, "conversation", &conversation).await;
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
