//! Contacts: finding, entering, changing, merging, blocking and erasing them.

use crm::people::Role;
use serde_json::json;

use crate::{
    driver::in_browser,
    office::{Office, sid},
    page::Page,
    support::{ALPHA, BETA, BETA_LINE, SENDER},
};

const OTHER: &str = "+12025550144";

impl Office {
    /// The page of a contact.
    pub(crate) async fn contact_page(&self, token: &str, address: &str) -> String {
        let conversation = self.conversation(token, address).await;
        conversation.replace("/messages/", "/contacts/")
    }

    /// Gives a contact a name.
    pub(crate) async fn name(&self, address: &str, name: &str) {
        let path = format!("/api{}", self.contact_page(ALPHA, address).await);
        self.crm
            .patch(ALPHA, &path, &json!({ "name": name }))
            .await
            .json();
    }
}

impl Page {
    pub(crate) async fn open_menu(&self) {
        self.click(".area-head .menu summary").await;
    }
}

in_browser! {
    async fn one_number_in_two_spellings_is_one_contact(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        page.sign_in(&email).await;
        page.go("/contacts").await;
        page.read(".empty", "There is no contact yet.").await;
        page.go("/contacts/new").await;
        page.fill("#address", "+1 (415) 555-1212").await;
        page.fill("#name", "Bob Stone").await;
        page.click("form [type=submit]").await;
        page.read("h1", "Bob Stone").await;
        let path = office.contact_page(ALPHA, "+14155551212").await;
        page.is_at(&path).await;

        page.go("/contacts/new").await;
        page.fill("#address", "4155551212").await;
        page.click("form [type=submit]").await;
        page.read("[data-form-error]", "There is a contact with this number already.").await;
        page.js("(document.querySelector('form').reset(), true)").await;
        page.click("[data-form-error] a").await;
        page.is_at(&path).await;
        page.go("/contacts").await;
        page.count(".contact-row", 1).await;
        page.has_no_complaints().await;
    }

    async fn another_companys_contacts_are_not_found(office: &Office, page: &Page) {
        let email = office.person(Role::Owner).await;
        office.text(&sid("SM", 1), OTHER, "Hello!").await;
        office.text_to(BETA_LINE, &sid("SM", 2), SENDER, "for Beta alone").await;
        let theirs = office.contact_page(BETA, SENDER).await;
        let ours = office.contact_page(ALPHA, OTHER).await;
        let id = theirs.trim_start_matches("/contacts/");
        page.sign_in(&email).await;
        for path in [
            theirs.clone(), format!("{theirs}/merge"), format!("{ours}/merge?with={id}"),
            "/contacts/019a0000-0000-7000-8000-000000000000".to_owned(), "/contacts/nobody".to_owned(),
        ] {
            page.go(&path).await;
            page.read("h1", "There is nothing here").await;
        }
        let part = format!("fetch('/parts{theirs}/timeline').then(r => r.status)");
        assert_eq!(page.js(&part).await, 404);
        page.go("/contacts").await;
        page.count(".contact-row", 1).await;
    }

    async fn contacts_are_found_by_an_address_that_can_be_kept(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        office.text(&sid("SM", 1), SENDER, "Hello!").await;
        office.text(&sid("SM", 2), OTHER, "Hello!").await;
        office.name(OTHER, "Carla Reyes").await;
        page.sign_in(&email).await;
        page.go("/contacts").await;
        page.count(".contact-row", 2).await;
        page.count(".contact-last time", 2).await;
        page.fill(".search input", "reyes\u{e007}").await;
        page.is_at("/contacts?q=reyes").await;
        page.count(".contact-row", 1).await;
        page.go("/contacts?q=%28202%29+555-0143").await;
        page.count(".contact-row", 1).await;
        page.go("/contacts?q=nobody").await;
        page.read(".empty", "No contact is like that.").await;
    }

    async fn what_somebody_enters_is_kept_and_can_be_discarded(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        office.text(&sid("SM", 1), SENDER, "Hello!").await;
        page.sign_in(&email).await;
        page.go(&office.contact_page(ALPHA, SENDER).await).await;
        page.fill("#name", "Nobody").await;
        page.see("[data-unsaved-badge]").await;
        page.click("[type=reset]").await;
        page.see_no("[data-unsaved-badge]").await;
        page.fill("#name", "Bob Stone").await;
        page.fill("#email", "bob@home").await;
        page.fill("#labels", "VIP\nFriend").await;
        page.js("(document.querySelector('[data-fields]').noValidate = true)").await;
        page.click("[data-fields] [type=submit]").await;
        page.read("[data-fields]", "not an e-mail address").await;
        page.fill("#email", "bob@home.example").await;
        page.click("[data-fields] [type=submit]").await;
        page.read("h1", "Bob Stone").await;
        page.holds("document.querySelector('#labels').value === 'VIP\\nFriend'").await;
        page.holds("document.querySelector('#email').value === 'bob@home.example'").await;
        page.has_no_complaints().await;
    }

    async fn two_contacts_are_made_one_and_two_again(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        office.text(&sid("SM", 1), SENDER, "from home").await;
        office.text(&sid("SM", 2), OTHER, "from work").await;
        office.name(SENDER, "Bob Home").await;
        office.name(OTHER, "Bob Work").await;
        let (home, work) = (office.contact_page(ALPHA, SENDER).await, office.contact_page(ALPHA, OTHER).await);
        page.sign_in(&email).await;
        page.go(&home).await;
        page.open_menu().await;
        page.click(".area-head .menu a[href$='/merge']").await;
        page.fill("main .search input", "Bob\u{e007}").await;
        page.count(".contact-row", 1).await;
        page.click(".contact-row a").await;
        page.count(".side", 2).await;
        page.has_no_barriers("merge").await;
        page.screenshot("contact-merge").await;
        page.click(".side:last-child button").await;
        page.read("h1", "Bob Work").await;
        page.count(".number", 2).await;
        page.count(".event", 2).await;
        page.go(&home).await;
        page.is_at(&work).await;
        page.go(&format!("{work}?merged={}", home.trim_start_matches("/contacts/"))).await;
        page.click("[data-undo]").await;
        page.count(".number", 1).await;
        page.is_at(&work).await;
        page.go(&home).await;
        page.read("h1", "Bob Home").await;
        page.has_no_complaints().await;
    }

    async fn somebody_is_blocked_and_free_again(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        office.text(&sid("SM", 1), SENDER, "Hello!").await;
        page.sign_in(&email).await;
        page.go(&office.contact_page(ALPHA, SENDER).await).await;
        page.open_menu().await;
        page.click("[data-method=PUT][data-action$='/block']").await;
        page.click("dialog[open] [value=yes]").await;
        page.read(".area-title", "Blocked").await;
        page.go("/contacts?filter=blocked").await;
        page.count(".contact-row", 1).await;
        page.go(&office.contact_page(ALPHA, SENDER).await).await;
        page.open_menu().await;
        page.click("[data-method=DELETE][data-action$='/block']").await;
        page.see_no(".area-title .tag").await;
    }

    async fn messages_are_opted_out_of_and_into_for_each_line(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        office.text(&sid("SM", 1), SENDER, "Hello!").await;
        page.sign_in(&email).await;
        page.go(&office.contact_page(ALPHA, SENDER).await).await;
        page.read(".consents", "Gets messages").await;
        page.click(".consents button").await;
        page.read(".consents", "Opted out by one of you").await;
        page.click(".consents button").await;
        page.read(".consents", "Opted in by one of you").await;
        office.text(&sid("SM", 2), SENDER, "STOP").await;
        page.client.refresh().await.unwrap();
        page.read(".consents", "Texted STOP; only a START undoes it").await;
        page.see_no(".consents button").await;
    }

    async fn erasing_takes_a_typed_name_and_a_role_that_may(office: &Office, page: &Page) {
        let admin = office.person(Role::Admin).await;
        let agent = office.person(Role::Agent).await;
        office.text(&sid("SM", 1), SENDER, "Hello!").await;
        office.name(SENDER, "Bob Stone").await;
        let path = office.contact_page(ALPHA, SENDER).await;
        page.sign_in(&agent).await;
        page.go(&path).await;
        page.open_menu().await;
        page.see_no("[data-opens=erase], a[href$='/export']").await;
        page.click(".avatar-button").await;
        page.click(".menu [data-action='/api/session']").await;
        page.is_at("/sign-in").await;

        page.sign_in(&admin).await;
        page.go(&path).await;
        page.open_menu().await;
        page.see("a[href$='/export']").await;
        page.click("[data-opens=erase]").await;
        page.fill("#erase-typed", "Bob").await;
        page.holds("document.querySelector('#erase [type=submit]').disabled").await;
        page.fill("#erase-typed", "Bob Stone").await;
        page.click("#erase [type=submit]").await;
        page.is_at("/contacts").await;
        page.read(".empty", "There is no contact yet.").await;
        page.go(&path).await;
        page.read("h1", "There is nothing here").await;
    }

    async fn what_is_said_appears_and_leads_to_where_it_was_said(office: &Office, page: &Page) {
        let email = office.person(Role::ReadOnly).await;
        office.text(&sid("SM", 1), SENDER, "first").await;
        page.sign_in(&email).await;
        page.go(&office.conversation(ALPHA, SENDER).await).await;
        page.click("#conversation-title a").await;
        page.is_live().await;
        page.see_no("[data-fields], [data-dial]").await;
        page.read(".event:first-child", "first").await;
        office.text(&sid("SM", 2), SENDER, "second").await;
        page.read(".event:first-child", "second").await;
        page.count(".event", 2).await;
        page.click(".event:last-child a").await;
        page.read(".entry.is-found", "first").await;
        page.has_no_complaints().await;
    }
}
