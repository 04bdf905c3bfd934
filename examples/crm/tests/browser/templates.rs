//! Templates: written, tried out, and seen by who may not write them.

use crm::people::Role;

use crate::driver::in_browser;

in_browser! {
    async fn a_template_is_written_and_tried_out(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        page.sign_in(&email).await;
        page.go("/templates/new").await;
        page.fill("#name", "Pick-up").await;
        page.fill("#shortcut", "pick").await;
        page.fill("#body", "It is ready on {{date}}. ").await;
        page.see("[data-unsaved-badge]").await;
        page.click("[data-blank='{{user.name}}']").await;
        page.click("form button[type=submit]").await;
        page.read("h1", "Pick-up").await;
        page.read("[data-preview-text]", "It is ready on {{date}}. Ana Lopez").await;
        page.read("[data-preview-note]", "asked for: date").await;
        page.go("/templates").await;
        page.read("[data-template-rows]", "/pick").await;
        page.has_no_complaints().await;
    }

    async fn a_name_that_is_taken_and_a_shortcut_that_cant_be_are_said(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        page.sign_in(&email).await;
        for (name, shortcut) in [("One", "one"), ("One", "two")] {
            page.go("/templates/new").await;
            page.fill("#name", name).await;
            page.fill("#shortcut", shortcut).await;
            page.fill("#body", "Hello").await;
            page.click("form button[type=submit]").await;
            if shortcut == "one" {
                page.read("h1", "One").await;
            }
        }
        page.read("[data-form-error]", "has this name").await;
        page.fill("#shortcut", "a b").await;
        page.click("form button[type=submit]").await;
        page.see("#shortcut[aria-invalid=true]").await;
        page.read(".field-error", "letters, digits").await;
    }

    async fn who_only_reads_writes_no_template(office: &Office, page: &Page) {
        let email = office.person(Role::ReadOnly).await;
        page.sign_in(&email).await;
        page.go("/templates").await;
        page.read("h1", "Templates").await;
        page.see_no("a[href='/templates/new']").await;
        page.go("/templates/new").await;
        page.read(".error-code", "403").await;
    }
}
