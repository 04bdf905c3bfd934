//! From a server that has nobody to a number whose texts come in.

use crm::people::Role;
use twilio_hooks::client::UpdateIncomingPhoneNumber;

use crate::{
    driver,
    driver::in_browser,
    office::Office,
    page::Page,
    pages::look,
    support::{ALPHA_LINE, Storage},
};

const PASSWORD: &str = "a password of my own";

/// Where another program gets what comes in.
const OTHERS: &str = "https://example.com/theirs";

/// Fills in an account at Twilio, and sends it.
pub(crate) async fn add_account(page: &Page, sid: &str, token: &str) {
    page.fill("#account_sid", sid).await;
    page.fill("#auth_token", token).await;
    page.click("form[data-action='/api/twilio-accounts'] [type=submit]")
        .await;
}

async fn shows(page: &Page, secret: &str) -> bool {
    let html = page.js("document.documentElement.outerHTML").await;
    html.as_str().unwrap().contains(secret)
}

#[tokio::test]
async fn a_new_server_is_set_up_in_a_browser_up_to_its_first_number() {
    let office = Office::without_anybody(Storage::sqlite()).await;
    driver::run("set-up", &office, async |page| {
        let crm = &office.crm;
        let code = crm.state.first_run.begin().await;
        page.go("/").await;
        page.is_at("/first-run").await;
        page.fill("#code", "a guess").await;
        page.fill("#company", "Example & Sons").await;
        page.fill("#name", "Ana Lopez").await;
        page.fill("#email", "ana@example.com").await;
        page.fill("#password", PASSWORD).await;
        page.click("[type=submit]").await;
        page.see("#code[aria-invalid=true]").await;
        page.fill("#code", code.expose()).await;
        page.click("[type=submit]").await;
        page.is_at("/sign-in?next=%2Fsettings%2Ftwilio").await;
        page.fill("#email", "ana@example.com").await;
        page.fill("#password", PASSWORD).await;
        page.click("[type=submit]").await;
        page.is_at("/settings/twilio").await;

        let (sid, token) = &crm.account;
        add_account(page, sid, token).await;
        page.read("[data-account] summary", "Accepted").await;
        assert!(!shows(page, token).await);
        page.click("[data-available]").await;
        page.click("[data-available-place] [data-action='/api/lines']")
            .await;
        page.see(&format!("[data-line='{ALPHA_LINE}']")).await;
        page.click("[data-open-fix]").await;
        page.click("dialog[open] [type=submit]").await;
        page.see("[data-state=ok]").await;
        let number = crm.fake().phone_numbers()[0].clone();
        assert_eq!(
            number.sms_url,
            Some(format!("{}/api/webhooks/twilio/sms/incoming", office.url))
        );
        page.has_no_complaints().await;
        page.go("/first-run").await;
        page.read(".error-code", "404").await;
    })
    .await;
    office.close().await;
}

#[tokio::test]
async fn the_page_that_sets_a_server_up_has_no_barriers() {
    let office = Office::without_anybody(Storage::sqlite()).await;
    driver::run("first-run", &office, async |page| {
        office.crm.state.first_run.begin().await;
        look(page, "first-run", "/first-run").await;
    })
    .await;
    office.close().await;
}

#[tokio::test]
async fn a_field_that_twilio_does_not_accept_is_named_and_nothing_is_kept() {
    let office = Office::without_anybody(Storage::sqlite()).await;
    driver::run("refused", &office, async |page| {
        let crm = &office.crm;
        let company = crm
            .state
            .database
            .settings
            .add_company("Alpha", crm.clock.now());
        company.await.unwrap();
        let email = office.person(Role::Owner).await;
        page.sign_in(&email).await;
        page.go("/settings/twilio").await;
        let (sid, token) = &crm.account;
        add_account(page, sid, "the-token-of-another-account").await;
        page.see("#auth_token[aria-invalid=true]").await;
        page.read(".field-error", "Twilio does not accept this token")
            .await;
        add_account(page, "AC12", token).await;
        page.see("#account_sid[aria-invalid=true]").await;
        page.see_no("#auth_token[aria-invalid=true]").await;
        add_account(page, sid, token).await;
        page.read("[data-account] summary", "Accepted").await;

        page.click("[data-account] summary").await;
        let token_form = "[data-secret-form=auth_token]";
        page.fill(
            &format!("{token_form} [name=auth_token]"),
            "a-token-with-a-typo",
        )
        .await;
        page.click(&format!("{token_form} [type=submit]")).await;
        page.see(&format!(
            "{token_form} [name=auth_token][aria-invalid=true]"
        ))
        .await;
        let key_form = "[data-secret-form=api_key]";
        page.fill(
            &format!("{key_form} [name=api_key_sid]"),
            "SK00000000000000000000000000000001",
        )
        .await;
        page.fill(
            &format!("{key_form} [name=api_key_secret]"),
            "not-the-secret",
        )
        .await;
        page.click(&format!("{key_form} [type=submit]")).await;
        page.see(&format!(
            "{key_form} [name=api_key_secret][aria-invalid=true]"
        ))
        .await;
        page.go("/settings/twilio").await;
        page.read("[data-account] summary", "Accepted").await;
        assert!(!shows(page, token).await);
    })
    .await;
    office.close().await;
}

in_browser! {
    async fn another_programs_webhooks_are_taken_over_when_somebody_says_so(office: &Office, page: &Page) {
        let fake = office.crm.fake();
        let number = || fake.phone_numbers()[0].clone();
        let change = UpdateIncomingPhoneNumber::new().sms_url(OTHERS);
        fake.client().incoming_phone_numbers().update(&number().sid, change).await.unwrap();
        let email = office.person(Role::Owner).await;
        page.sign_in(&email).await;
        page.go("/settings/twilio").await;
        page.read("[data-webhooks]", "sent to another address").await;
        page.click("[data-open-fix]").await;
        page.read("dialog[open]", OTHERS).await;
        // The browser does not send it before somebody has agreed.
        page.click("dialog[open] [type=submit]").await;
        page.holds("document.querySelector('dialog[open] [name=take_over]').matches(':invalid')").await;
        assert_eq!(number().sms_url.as_deref(), Some(OTHERS));
        page.click("dialog[open] [name=take_over]").await;
        page.click("dialog[open] [type=submit]").await;
        page.see("[data-state=ok]").await;
        assert_eq!(number().sms_url, Some(format!("{}/api/webhooks/twilio/sms/incoming", office.url)));
        page.has_no_complaints().await;
    }
}
