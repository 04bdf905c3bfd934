//! What is changed is marked, kept or thrown away; and nobody's change is lost without a question.

use crm::people::Role;

use crate::{driver, driver::in_browser};

/// A form of one field is enough.
const COUNTRY: &str = "document.querySelector('#country').value";

in_browser! {
    async fn what_somebody_else_saved_meanwhile_is_not_replaced_without_a_question(office: &Office, page: &Page) {
        let (owner, admin) = (office.person(Role::Owner).await, office.person(Role::Admin).await);
        let other = driver::open(office).await;
        page.sign_in(&owner).await;
        other.sign_in(&admin).await;
        for it in [page, &other] {
            it.go("/settings/company").await;
            it.see("#country").await;
            it.holds("performance.getEntriesByName(`${location.origin}/api/settings/company`).length === 1").await;
        }
        other.fill("#country", "DE").await;
        other.click("form [type=submit]").await;
        other.see_no("[data-unsaved-badge]").await;

        page.fill("#country", "FR").await;
        page.click("form [type=submit]").await;
        page.read("dialog[open]", "Somebody has changed this").await;
        page.click("dialog[open] button[value=no]").await;
        page.see("[data-unsaved-badge]").await;
        other.go("/settings/company").await;
        other.holds(&format!("{COUNTRY} === 'DE'")).await;

        page.click("form [type=submit]").await;
        page.click("dialog[open] button[value=yes]").await;
        page.see_no("[data-unsaved-badge]").await;
        other.go("/settings/company").await;
        other.holds(&format!("{COUNTRY} === 'FR'")).await;
        other.client.close().await.unwrap();
    }

    async fn a_change_can_be_thrown_away(office: &Office, page: &Page) {
        let email = office.person(Role::Admin).await;
        page.sign_in(&email).await;
        page.go("/settings/company").await;
        page.fill("#country", "FR").await;
        page.click("[data-discard]").await;
        page.see_no("[data-unsaved-badge]").await;
        page.holds(&format!("{COUNTRY} === 'US'")).await;
    }

    async fn a_page_with_a_change_is_not_left_without_a_question(office: &Office, page: &Page) {
        let email = office.person(Role::Admin).await;
        page.sign_in(&email).await;
        page.go("/settings/company").await;
        page.fill("#country", "FR").await;
        page.holds("!dispatchEvent(new Event('beforeunload', { cancelable: true }))").await;
        page.click("[data-discard]").await;
        page.see_no("[data-unsaved-badge]").await;
        page.holds("dispatchEvent(new Event('beforeunload', { cancelable: true }))").await;
    }
}
