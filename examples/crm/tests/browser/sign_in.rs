//! Signing in and out.

use crm::people::Role;

use crate::{
    driver::{self, in_browser},
    office::{Office, sid},
    support::{ALPHA, SENDER, Storage},
};

/// Everything else runs on SQLite.
#[tokio::test]
async fn the_pages_work_on_postgres() {
    let office = Office::open(Storage::postgres().await).await;
    driver::run("postgres", &office, async |page| {
        let email = office.person(Role::Agent).await;
        office.text(&sid("SM", 1), SENDER, "Hello!").await;
        page.sign_in(&email).await;
        page.read(".thread .pill", "1").await;
        page.read("[data-bell-count]", "1").await;
        page.go(&office.conversation(ALPHA, SENDER).await).await;
        page.see_no(".thread .pill").await;
        page.write("On its way\u{e007}").await;
        office.sent(1).await;
        office.crm.settle().await;
        page.see(".entry.ours .tick.delivered").await;
        page.has_no_complaints().await;
    })
    .await;
    office.close().await;
}

in_browser! {
    async fn who_signs_in_sees_the_conversations_and_who_signs_out_does_not(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        page.go("/").await;
        page.is_at("/sign-in").await;
        page.sign_in(&email).await;
        page.is_at("/messages").await;
        page.read("h1", "Messages").await;

        page.click(".avatar-button").await;
        page.read(".menu-head", &email).await;
        page.click(".menu [data-method=DELETE]").await;
        page.is_at("/sign-in").await;
        page.go("/messages").await;
        page.is_at("/sign-in").await;
        page.has_no_complaints().await;
    }

    async fn a_wrong_password_is_said_and_typed_again(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        page.go("/sign-in").await;
        page.fill("#email", &email).await;
        page.fill("#password", "not the password").await;
        page.click("button[type=submit]").await;
        page.read("[role=alert]", "The email address or the password is not right.").await;
        page.holds("document.activeElement.id === 'password' && document.activeElement.value === ''").await;
        page.is_at("/sign-in").await;
    }

    async fn who_tries_too_often_is_told_how_long_to_wait(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        page.go("/sign-in").await;
        page.fill("#email", &email).await;
        for attempt in 0.. {
            page.fill("#password", &format!("guess {attempt}")).await;
            page.click("button[type=submit]").await;
            page.see("[role=alert]").await;
            page.holds("!document.querySelector('form').ariaBusy").await;
            if page.text("[role=alert]").await.contains("Too many attempts") {
                break;
            }
            assert!(attempt < 20, "nobody may try for ever");
        }
        page.read("[role=alert]", "Try again in").await;
    }

    async fn signing_in_leads_to_the_page_that_was_wanted(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        page.go("/messages?filter=unread").await;
        page.is_at("/sign-in?next=%2Fmessages%3Ffilter%3Dunread").await;
        page.fill("#email", &email).await;
        page.fill("#password", crate::browser::PASSWORD).await;
        page.press("\u{e007}").await;
        page.is_at("/messages?filter=unread").await;
    }

    async fn signing_in_never_leads_to_a_stranger(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        for next in ["https://evil.example/", "//evil.example", "/%5Cevil.example", "javascript:alert(1)"] {
            page.go(&format!("/sign-in?next={next}")).await;
            page.holds("document.querySelector('form').dataset.go === '/messages'").await;
        }
        page.sign_in(&email).await;
        page.is_at("/messages").await;
    }

    async fn the_keyboard_alone_is_enough_to_sign_in(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        page.go("/sign-in").await;
        page.holds("document.activeElement.id === 'email'").await;
        page.press(&format!("{email}\u{e004}")).await;
        page.holds("document.activeElement.id === 'password'").await;
        page.press(&format!("{}\u{e007}", crate::browser::PASSWORD)).await;
        page.is_live().await;
        page.press("\u{e004}").await;
        page.holds("document.activeElement.textContent === 'Skip to content'").await;
        page.press("\u{e007}").await;
        page.holds("document.activeElement.id === 'main'").await;
    }
}
