//! The log of webhooks, and the number that nobody has.

use crm::people::Role;

use crate::{
    driver,
    driver::in_browser,
    office::{Office, sid},
    set_up::add_account,
    support::{ALPHA, ALPHA_LINE, SENDER, Storage, signed_by},
};

/// Writes what has come, and gives the page of the newest request.
pub(crate) async fn logged_request(office: &Office) -> String {
    office.crm.state.webhook_log.write().await.unwrap();
    let items = office.crm.get(ALPHA, "/api/webhook-log").await.items();
    format!("/settings/webhooks/{}", items[0]["id"].as_str().unwrap())
}

in_browser! {
    async fn what_twilio_has_sent_is_shown_and_recorded_again(office: &Office, page: &Page) {
        let email = office.person(Role::Owner).await;
        office.text(&sid("SM", 1), SENDER, "<b>Is it ready?</b>").await;
        let path = logged_request(office).await;
        page.sign_in(&email).await;
        page.go("/settings/webhooks").await;
        page.read(".rows li:first-child", "A text came in").await;
        page.read(".rows li:first-child .tag", "Taken").await;
        page.click(".rows li:first-child a").await;
        page.is_at(&path).await;
        page.read(".table", "<b>Is it ready?</b>").await;
        page.read(".table", SENDER).await;
        page.click("[data-action$='/replay']").await;
        page.click("dialog[open] [value=yes]").await;
        page.read(".toast", "Recorded again.").await;
        assert_eq!(office.crm.get(ALPHA, "/api/messages").await.items().len(), 1);
        page.has_no_complaints().await;
    }
}

#[tokio::test]
async fn a_number_that_came_up_is_taken_into_use_with_what_had_come() {
    let office = Office::without_anybody(Storage::sqlite()).await;
    driver::run("take-line", &office, async |page| {
        let crm = &office.crm;
        let now = crm.clock.now();
        let company = crm.state.database.settings.add_company("Alpha", now);
        company.await.unwrap();
        let email = office.person(Role::Owner).await;
        page.sign_in(&email).await;
        page.go("/settings/twilio").await;
        let (account, token) = &crm.account;
        add_account(page, account, token).await;
        page.read("[data-account] summary", "Accepted").await;

        office.text(&sid("SM", 1), SENDER, "Anybody there?").await;
        let params = [("MessageSid", "SM1"), ("To", ALPHA_LINE)];
        let forged = signed_by(account, "a guess", "sms/incoming", &params);
        assert_eq!(crm.send(forged).await.status, 403);
        crm.state.webhook_log.write().await.unwrap();
        page.go("/settings/webhooks?result=refused").await;
        page.read(
            ".rows li:first-child",
            "the auth token is most likely another one",
        )
        .await;
        page.go("/settings/webhooks").await;
        page.click(".tabs a[href$=unrouted]").await;
        page.click(".rows li:first-child a").await;
        page.click("[data-action$='/take-line'] [type=submit]")
            .await;
        page.is_at("/settings/webhooks").await;
        page.go("/messages").await;
        page.read(".thread", "Anybody there?").await;
        page.has_no_complaints().await;
    })
    .await;
    office.close().await;
}
