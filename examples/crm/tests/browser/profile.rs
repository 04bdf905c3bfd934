//! One's own page.

use crm::people::Role;

use crate::{driver, driver::in_browser};

in_browser! {
    async fn a_phone_that_cant_ring_is_said_and_a_good_one_is_kept(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        page.sign_in(&email).await;
        page.go("/profile").await;
        page.fill("#mobile", "12").await;
        page.click("#you-title + form button[type=submit]").await;
        page.see("#you-title + form .form-error, #you-title + form .field-error").await;
        page.fill("#mobile", "202 555 0147").await;
        page.click("#you-title + form button[type=submit]").await;
        page.holds("document.querySelector('#mobile')?.value === '(202) 555-0147'").await;
    }

    async fn a_kind_of_news_can_be_silenced(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        page.sign_in(&email).await;
        page.go("/profile").await;
        page.see_no("[data-topic=setup_problem]").await;
        page.click("[data-topic=missed_call] [data-sound]").await;
        page.click("[data-topics] button[type=submit]").await;
        page.see_no("[data-topics] [data-unsaved-badge]").await;
        page.go("/profile").await;
        page.holds("document.querySelector('[data-topic=missed_call] [data-sound]').checked === false").await;
    }

    async fn another_browser_is_signed_out_from_here(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        page.sign_in(&email).await;
        let other = driver::open(office).await;
        other.sign_in(&email).await;
        page.go("/profile").await;
        page.read("#sessions-title + .rows", "This one").await;
        page.click("[data-action^='/api/sessions/']").await;
        page.see_no("[data-action^='/api/sessions/']").await;
        other.is_at("/sign-in?next=%2Fmessages").await;
        other.client.close().await.unwrap();
    }
}
