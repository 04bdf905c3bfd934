//! The settings: who sees them, and what is set there.

use crm::people::Role;

use crate::{driver, driver::in_browser, support::SENDER};

/// All pages of the settings.
pub(crate) const PARTS: [&str; 12] = [
    "twilio",
    "calls",
    "menus",
    "hours",
    "auto-reply",
    "messaging",
    "recordings",
    "members",
    "tokens",
    "webhooks",
    "audit",
    "company",
];

in_browser! {
    async fn who_may_not_configure_sees_no_settings(office: &Office, _page: &Page) {
        let user = office.crm.add_person("Alpha", "vera@alpha.example", Role::Agent).await;
        let lines = office.crm.state.database.lines.lines(user.company_id).await.unwrap();
        let line = lines[0].id;
        let mut paths = PARTS.map(|part| format!("/settings/{part}")).to_vec();
        paths.extend([
            format!("/settings/calls/lines/{line}"),
            format!("/settings/calls/people/{}", user.id),
            format!("/settings/auto-reply?line={line}"),
            "/settings/menus/new".to_owned(),
            format!("/parts/settings/lines/{line}/webhooks"),
            "/parts/settings/available".to_owned(),
        ]);
        for role in [Role::ReadOnly, Role::Agent] {
            let email = office.person(role).await;
            let other = driver::open(office).await;
            other.sign_in(&email).await;
            other.see_no(".navigation a[href='/settings']").await;
            for path in &paths {
                other.go(path).await;
                other.read(".error-code", "403").await;
            }
            other.client.close().await.unwrap();
        }
    }

    async fn what_is_another_companys_is_not_found(office: &Office, page: &Page) {
        let email = office.person(Role::Owner).await;
        let other = office.crm.add_person("Beta", "bo@beta.example", Role::Agent).await;
        let lines = &office.crm.state.database.lines;
        let line = lines.lines(other.company_id).await.unwrap()[0].id;
        page.sign_in(&email).await;
        for path in [
            format!("/settings/calls/people/{}", other.id),
            format!("/settings/calls/lines/{line}"),
            format!("/settings/auto-reply?line={line}"),
            format!("/settings/menus/{}", other.id),
            format!("/templates/{}", other.id),
            "/templates/none".to_owned(),
        ] {
            page.go(&path).await;
            page.read(".error-code", "404").await;
        }
    }

    async fn every_number_says_how_its_webhooks_are_set(office: &Office, page: &Page) {
        let email = office.person(Role::Owner).await;
        page.sign_in(&email).await;
        page.go("/settings/twilio").await;
        page.read("h1", "Twilio Settings").await;
        page.see("[data-webhooks] [data-state]").await;
        page.has_no_complaints().await;
    }

    async fn webhooks_are_set_after_a_look_at_what_changes(office: &Office, page: &Page) {
        let email = office.person(Role::Owner).await;
        page.sign_in(&email).await;
        page.go("/settings/twilio").await;
        page.click("[data-open-fix]").await;
        page.read("dialog[open]", "After: POST").await;
        page.click("dialog[open] [type=submit]").await;
        page.see("[data-state=ok]").await;
    }

    async fn an_unsaved_rule_is_marked_and_a_saved_one_stays(office: &Office, page: &Page) {
        let email = office.person(Role::Admin).await;
        page.sign_in(&email).await;
        page.go("/settings/calls").await;
        page.see_no("#ring_mobile").await;
        page.see_no("[data-unsaved-badge]").await;
        page.fill("#greeting", "Welcome!").await;
        page.see("[data-unsaved-badge]").await;
        page.click("form button[type=submit]").await;
        page.see_no("[data-unsaved-badge]").await;
        page.go("/settings/calls").await;
        page.holds("document.querySelector('#greeting').value === 'Welcome!'").await;
        page.has_no_complaints().await;
    }

    async fn what_a_caller_would_hear_is_told_step_by_step(office: &Office, page: &Page) {
        let email = office.person(Role::Admin).await;
        page.sign_in(&email).await;
        page.go("/settings/calls").await;
        page.click("[data-line-rules] a").await;
        page.read("[data-call-steps]", "The caller can leave a message").await;
        page.click("#own").await;
        page.fill("#greeting", "Welcome to Alpha!").await;
        page.click("#mode option[value=voicemail]").await;
        page.click("form button[type=submit]").await;
        page.read("[data-call-steps]", "Welcome to Alpha!").await;
        page.fill("#from", SENDER).await;
        page.click("[data-call-test] [type=submit]").await;
        page.read("[data-call-steps]", "Welcome to Alpha!").await;
        page.has_no_complaints().await;
    }

    async fn a_menu_that_leads_to_itself_is_refused_at_its_field(office: &Office, page: &Page) {
        let email = office.person(Role::Admin).await;
        page.sign_in(&email).await;
        page.go("/settings/menus/new").await;
        page.fill("#name", "Main").await;
        page.fill("#prompt", "Press star.").await;
        page.click("[name='keys.*.do'] option[value=voicemail]").await;
        page.click("form button[type=submit]").await;
        page.read("#menu-title", "Main").await;
        page.click("[name='keys.*.do'] option[value=menu]").await;
        page.click("[name='keys.*.menu_id'] option:last-of-type").await;
        page.click("form button[type=submit]").await;
        page.see("[name='keys.*.menu_id'][aria-invalid=true]").await;
        page.read(".field-error", "circle").await;
    }

    async fn hours_with_a_holiday_are_kept(office: &Office, page: &Page) {
        let email = office.person(Role::Admin).await;
        page.sign_in(&email).await;
        page.go("/settings/hours").await;
        page.click("#always").await;
        page.fill("#zone", "Europe/Berlin").await;
        page.click("[data-day=saturday] [data-add-interval]").await;
        page.fill("[data-day=saturday] [data-from]", "22:00").await;
        page.fill("[data-day=saturday] [data-to]", "06:00").await;
        page.click("form button[type=submit]").await;
        page.read("main", " now").await;
        page.holds("document.querySelector('[data-day=saturday] [data-from]')?.value === '22:00'").await;
    }

    async fn what_would_be_answered_now_is_shown(office: &Office, page: &Page) {
        let email = office.person(Role::Admin).await;
        page.sign_in(&email).await;
        page.go("/settings/auto-reply").await;
        page.read("[data-reason]", "No automatic reply").await;
        page.click("[name=enabled]").await;
        page.click("#when option[value=always]").await;
        page.fill("#body", "Thanks, {{contact.first_name | default: \"you\"}}!").await;
        page.click("form button[type=submit]").await;
        page.read("[data-text]", "Thanks, you!").await;
    }

    async fn the_link_for_somebody_invited_leads_to_a_password(office: &Office, page: &Page) {
        let email = office.person(Role::Owner).await;
        page.sign_in(&email).await;
        page.go("/settings/members").await;
        page.fill("#email", "new@alpha.example").await;
        page.click("form[data-secret] button[type=submit]").await;
        page.read("[data-secret-value]", "/welcome#").await;
        let link = page.text("[data-secret-value]").await;
        let token = link.split_once('#').unwrap().1;
        page.click("[data-secret-place] a").await;
        page.read("[data-member='new@alpha.example']", "Invited").await;
        assert!(!page.js("document.documentElement.outerHTML").await.as_str().unwrap().contains(token));

        let invited = driver::open(office).await;
        invited.go(&format!("/welcome#{token}")).await;
        invited.holds("location.hash === ''").await;
        invited.see_no("#token").await;
        invited.fill("#password", "short").await;
        invited.click("button[type=submit]").await;
        invited.holds("document.querySelector('#password').matches(':invalid')").await;
        invited.fill("#password", "a password of my own").await;
        invited.fill("#name", "Nora New").await;
        invited.click("button[type=submit]").await;
        invited.is_at("/sign-in").await;
        invited.fill("#email", "new@alpha.example").await;
        invited.fill("#password", "a password of my own").await;
        invited.click("button[type=submit]").await;
        invited.is_live().await;
        invited.click(".avatar-button").await;
        invited.read(".menu-head", "Nora New").await;
        invited.has_no_complaints().await;

        invited.go(&format!("/welcome#{token}")).await;
        invited.fill("#password", "a password of another").await;
        invited.click("button[type=submit]").await;
        invited.read("[role=alert]", "used up or too old").await;
        invited.client.close().await.unwrap();
    }

    async fn a_token_is_shown_once_and_can_be_revoked(office: &Office, page: &Page) {
        let email = office.person(Role::Owner).await;
        page.sign_in(&email).await;
        page.go("/settings/tokens").await;
        page.fill("#name", "Nightly export").await;
        page.click("form[data-secret] button[type=submit]").await;
        page.read("[data-secret-value]", "crm_").await;
        page.go("/settings/tokens").await;
        page.see_no("[data-secret-value]").await;
        page.click("[data-action^='/api/tokens/']").await;
        page.click("dialog[open] button[value=yes]").await;
        page.read(".rows", "Revoked").await;
        page.go("/settings/audit").await;
        page.read("tbody", "api_token.revoked").await;
    }
}
