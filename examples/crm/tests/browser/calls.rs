//! Calls: the list, one call, and listening to what was recorded.

use std::time::Duration;

use crm::people::Role;
use serde_json::json;

use crate::{
    driver::in_browser,
    office::sid,
    page::Page,
    support::{ALPHA, ALPHA_LINE, BETA, BETA_LINE, SENDER},
};

const SPACE: &str = " ";
const TAB: &str = "\u{e004}";
const RIGHT: &str = "\u{e014}";
const MOBILE: &str = "+12025550101";

impl Page {
    /// Goes through the page by the keyboard until it is at an element.
    async fn tab_to(&self, css: &str) {
        for _ in 0..60 {
            let is_there = format!("document.activeElement.matches({css:?})");
            if self.js(&is_there).await == json!(true) {
                return;
            }
            self.press(TAB).await;
        }
        panic!("the keyboard does not come to {css}");
    }
}

in_browser! {
    async fn c1_events_of_a_call_in_any_order_are_one_row_that_ends(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        page.sign_in(&email).await;
        page.go("/calls").await;
        page.is_live().await;
        page.read("[data-empty]", "Nobody has called yet.").await;
        let call = sid("CA", 1);
        office.call(&call, SENDER, &["ringing"]).await;
        page.read(".call-row .tag", "Ringing").await;
        office.call(&call, SENDER, &["no-answer", "in-progress", "ringing", "no-answer"]).await;
        page.read(".call-row .tag", "Missed").await;
        page.read(".call-row .way", "Missed").await;
        page.read(".call-row .call-duration", "–").await;
        page.count(".call-row", 1).await;
        page.see_no("[data-empty]").await;
        page.has_no_complaints().await;
    }

    async fn c2_a_call_that_nobody_answers_is_missed_and_the_bell_says_so(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        page.sign_in(&email).await;
        office.call(&sid("CA", 1), SENDER, &["ringing", "no-answer"]).await;
        office.call(&sid("CA", 2), "+12025550144", &["ringing"]).await;
        office.crm.work().await;
        page.go("/calls").await;
        page.count(".call-row", 2).await;
        page.click(".tabs a[href='/calls?tab=missed']").await;
        page.is_at("/calls?tab=missed").await;
        page.count(".call-row", 1).await;
        page.read(".call-row .tag", "Missed").await;
        page.click("[data-bell-button]").await;
        page.read("[data-bell-items]", "Missed call: (202) 555-0143").await;
        page.has_no_complaints().await;
    }

    async fn c3_a_part_of_a_recording_comes_byte_for_byte(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        let sound = office.recorded(ALPHA_LINE).await;
        page.sign_in(&email).await;
        let path = office.sound(ALPHA).await;
        let script = format!("fetch('{path}', {{ headers: {{ Range: 'bytes=100-199' }} }}).then(async (answer) => \
            [answer.status, answer.headers.get('Content-Range'), [...new Uint8Array(await answer.arrayBuffer())]])");
        let range = format!("bytes 100-199/{}", sound.len());
        assert_eq!(page.js(&script).await, json!([206, range, &sound[100..200]]));
    }

    async fn c4_another_companys_calls_and_recordings_are_not_found(office: &Office, page: &Page) {
        let email = office.person(Role::Owner).await;
        office.recorded(BETA_LINE).await;
        let (path, sound) = (office.call_page(BETA).await, office.sound(BETA).await);
        assert_eq!(office.crm.get("", &sound).await.status, 401);
        page.sign_in(&email).await;
        for path in [path.as_str(), "/calls/019a0000-0000-7000-8000-000000000000", "/calls/none"] {
            page.go(path).await;
            page.read("h1", "There is nothing here").await;
        }
        for path in [sound, format!("/parts{path}")] {
            assert_eq!(page.js(&format!("fetch('{path}').then(r => r.status)")).await, 404);
        }
        page.go("/calls").await;
        page.read("[data-empty]", "Nobody has called yet.").await;
    }

    async fn c5_who_took_a_call_is_seen_by_everybody_while_it_goes_on(office: &Office, page: &Page) {
        let ana = office.crm.add_person("Alpha", "ana@alpha.example", Role::Agent).await.id;
        let crm = &office.crm;
        crm.patch(ALPHA, &format!("/api/users/{ana}"), &json!({"name": "Ana", "mobile": MOBILE})).await.json();
        let line = crm.get(ALPHA, "/api/lines").await.items()[0]["id"].as_str().unwrap().to_owned();
        crm.patch(ALPHA, &format!("/api/lines/{line}"), &json!({"user_id": ana})).await.json();
        crm.put(ALPHA, &format!("/api/users/{ana}/call-rule"), &json!({"mode": "mobile"})).await.json();
        let email = office.person(Role::ReadOnly).await;
        page.sign_in(&email).await;
        page.go("/calls").await;
        page.is_live().await;
        let mut call = office.caller().call().await.unwrap();
        page.count(".call-row", 1).await;
        call.is_connected_to(MOBILE).await.unwrap();
        call.somebody_answers().await.unwrap();
        call.they_press("1").await.unwrap();
        page.go("/calls").await;
        page.read(".call-row .call-ours", "Handled by Ana").await;
        call.talks_for(Duration::from_secs(61)).await.unwrap();
        call.they_hang_up().await.unwrap();
        page.go(&office.call_page(ALPHA).await).await;
        page.read("#call-timeline", "Rang Ana").await;
        page.read("#call-timeline", "answered").await;
        page.read("#call-legs", "Took the call").await;
        page.has_no_complaints().await;
    }

    async fn c6_the_keyboard_alone_plays_and_seeks(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        office.recorded(ALPHA_LINE).await;
        page.sign_in(&email).await;
        page.go(&office.call_page(ALPHA).await).await;
        page.read("[data-duration]", "0:20").await;
        page.tab_to("[data-play]").await;
        page.press(SPACE).await;
        page.holds("document.querySelector('audio').currentTime > 0.1").await;
        page.holds("document.activeElement.ariaLabel === 'Pause'").await;
        page.press(SPACE).await;
        page.holds("document.querySelector('audio').paused").await;
        let before = page.js("Math.round(document.querySelector('audio').currentTime)").await;
        page.tab_to("[data-seek]").await;
        page.press(&RIGHT.repeat(5)).await;
        page.holds(&format!("document.querySelector('audio').currentTime >= {before} + 4")).await;
        page.holds("document.querySelector('[data-seek]').getAttribute('aria-valuetext').endsWith('of 0:20')").await;
        page.tab_to("[data-speed]").await;
        page.press(SPACE).await;
        page.holds("document.querySelector('audio').playbackRate === 1.5").await;
        page.has_no_complaints().await;
    }

    async fn a_recording_that_can_not_be_had_can_be_asked_for_again(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        let sound = office.voicemail(SENDER).await;
        let recording = office.crm.fake().recordings()[0].sid.clone();
        office.crm.fake().set_recording_media(&recording, "audio/mpeg", "no sound");
        page.sign_in(&email).await;
        page.go("/calls?tab=recorded").await;
        page.is_live().await;
        page.read("[data-unread-voicemails]", "1").await;
        page.click(".call-row [data-play]").await;
        page.read("[data-player-error]", "The recording is not available.").await;
        office.crm.fake().set_recording_media(&recording, "audio/mpeg", sound);
        page.click("[data-again]").await;
        page.holds("document.querySelector('audio').currentTime > 0.1").await;
        page.see_no("[data-player-error]").await;
    }

    async fn voicemails_are_counted_until_somebody_has_listened(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        office.voicemail(SENDER).await;
        page.sign_in(&email).await;
        page.go("/calls").await;
        page.read("[data-unread-voicemails]", "1").await;
        page.read(".call-row .call-marks", "Voicemail").await;
        page.click(".tabs a[href='/calls?tab=voicemail']").await;
        page.is_at("/calls?tab=voicemail").await;
        page.is_live().await;
        page.count(".call-row", 1).await;
        page.click("[data-play]").await;
        page.see_no("[data-unread-voicemails]").await;
        page.go("/calls").await;
        page.see_no("[data-unread-voicemails]").await;
        page.has_no_complaints().await;
    }

    async fn the_bell_leads_to_the_voicemail_itself(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        office.voicemail(SENDER).await;
        page.sign_in(&email).await;
        page.click("[data-bell-button]").await;
        page.click("[data-bell-items] a[href^='/calls/']").await;
        page.is_at(&office.call_page(ALPHA).await).await;
        page.read("#call-recordings", "Voicemail").await;
        page.read("#call-timeline", "Left a message, 0:20").await;
    }

    async fn a_recording_that_was_deleted_is_not_offered(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        office.recorded(ALPHA_LINE).await;
        let sound = office.sound(ALPHA).await;
        let path = office.call_page(ALPHA).await;
        office.crm.delete(ALPHA, sound.trim_end_matches("/audio")).await;
        page.sign_in(&email).await;
        page.go(&path).await;
        page.read("#call-recordings", "Voicemail was deleted.").await;
        page.see_no("[data-player]").await;
        page.go("/calls?tab=recorded").await;
        page.read("[data-empty]", "No call is like that.").await;
        page.has_no_complaints().await;
    }

    async fn a_caller_without_a_number_has_a_call_and_no_contact(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        office.call(&sid("CA", 1), "+266696687", &["ringing", "no-answer"]).await;
        page.sign_in(&email).await;
        page.go("/calls").await;
        page.read(".call-name", "Hidden number").await;
        page.see_no(".call-row [data-dial], .call-row [href^='/messages/']").await;
        page.click(".call-name").await;
        page.is_at(&office.call_page(ALPHA).await).await;
        page.read("h1", "Hidden number").await;
        page.see_no("#call-head [data-dial], #call-head [href^='/contacts/']").await;
        page.has_no_complaints().await;
    }

    async fn what_a_contact_is_called_is_text_on_every_page(office: &Office, page: &Page) {
        let email = office.person(Role::Owner).await;
        office.call(&sid("CA", 1), SENDER, &["ringing", "no-answer"]).await;
        let name = "\"><img src=x onerror=alert(1)>'</title><script>alert(2)</script>{{7*7}}";
        office.name(SENDER, name).await;
        let contact = office.contact_page(ALPHA, SENDER).await;
        page.sign_in(&email).await;
        for path in [
            "/calls", &office.call_page(ALPHA).await, "/contacts", &contact,
            &format!("{contact}/merge"), "/contacts?q=%22%3E%3Cimg", "/calls?line=%22%3E%3Cimg&from=%22%3E%3Cimg",
            "/contacts/new?number=%22%3E%3Cimg+src%3Dx%3E",
        ] {
            page.go(path).await;
            let made = "document.querySelectorAll('main img, main script, [onerror]').length";
            assert_eq!(page.js(made).await, 0, "{path}");
            page.has_no_complaints().await;
        }
        page.go(&contact).await;
        page.holds(&format!("document.querySelector('h1').textContent === {}", json!(name))).await;
        page.open_menu().await;
        page.click("[data-method=PUT][data-action$='/block']").await;
        page.read("dialog[open]", "onerror=alert(1)").await;
        assert_eq!(page.js("document.querySelectorAll('dialog img').length").await, 0);
        page.has_no_complaints().await;
    }

    async fn who_only_reads_sees_calls_and_hears_nothing(office: &Office, page: &Page) {
        let email = office.person(Role::ReadOnly).await;
        office.recorded(ALPHA_LINE).await;
        page.sign_in(&email).await;
        page.go("/calls?tab=recorded").await;
        page.read(".call-recording", "Your role does not let you listen to it.").await;
        page.see_no("[data-player], [data-dial]").await;
    }

    async fn the_filters_of_the_list_are_in_its_address(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        office.call(&sid("CA", 1), SENDER, &["ringing", "no-answer"]).await;
        page.sign_in(&email).await;
        page.go("/calls?direction=out").await;
        page.read("[data-empty]", "No call is like that.").await;
        page.go("/calls?direction=in&from=2020-01-01&to=2020-01-02").await;
        page.read("[data-empty]", "No call is like that.").await;
        page.holds("document.querySelector('#from').value === '2020-01-01'").await;
        page.go("/calls?direction=in&from=2020-01-01").await;
        page.count(".call-row", 1).await;
        page.go("/calls?min=30").await;
        page.count(".call-row", 0).await;
    }

    async fn the_list_of_calls_goes_on_where_it_ended(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        for n in 0..32 {
            office.call(&sid("CA", n), &format!("+120255501{n:02}"), &["ringing"]).await;
        }
        page.sign_in(&email).await;
        page.go("/calls").await;
        page.count(".call-row", 30).await;
        page.click("[data-more]").await;
        page.count(".call-row", 32).await;
        page.see_no("[data-more]").await;
    }
}
