//! The bell, and what comes after a broken connection.

use crm::people::Role;
use tokio::net::TcpListener;
use twilio_hooks::{notify::Topic, store::Notice};

use crate::{
    driver::{self, in_browser},
    office::{Office, sid},
    proxy::Proxy,
    support::{ALPHA, SENDER, Storage},
};

impl Office {
    /// What the server says that somebody has not read.
    async fn unread(&self, email: &str) -> i64 {
        let browser = crate::browser::Browser::sign_in(&self.crm, email).await;
        let counts = browser.get("/api/me/unread").await.json();
        counts["notifications"].as_i64().unwrap()
    }
}

#[tokio::test]
async fn m6_n1_what_happens_while_the_connection_is_cut_appears_once_and_is_counted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = Proxy::before(listener.local_addr().unwrap()).await;
    let office = Office::open_at(Storage::sqlite(), listener, proxy.url.clone()).await;
    driver::run("m6_n1", &office, async |page| {
        let email = office.person(Role::Agent).await;
        office.text(&sid("SM", 1), SENDER, "before").await;
        page.sign_in(&email).await;
        page.go(&office.conversation(ALPHA, SENDER).await).await;
        page.is_live().await;
        page.js("(window.wasHere = true)").await;
        proxy.cut();
        page.read("[data-offline]", "You are offline.").await;
        for n in 2..7 {
            office
                .text(&sid("SM", n), SENDER, &format!("meanwhile {n}"))
                .await;
        }
        office
            .text(&sid("SM", 7), "+12025550144", "somebody else")
            .await;
        proxy.mend();
        page.is_live().await;
        page.see_no("[data-offline]").await;
        page.read(".entry:last-child .body", "meanwhile 6").await;
        page.count(".entry", 6).await;
        page.read(".thread:first-child .thread-preview", "somebody else")
            .await;
        page.holds("window.wasHere === true").await;
        page.read(
            "[data-bell-count]",
            &office.unread(&email).await.to_string(),
        )
        .await;
    })
    .await;
    office.close().await;
}

in_browser! {
    async fn the_bell_says_what_has_happened_and_leads_there(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        page.sign_in(&email).await;
        page.see_no("[data-bell-count]").await;
        office.text(&sid("SM", 1), SENDER, "one").await;
        office.text(&sid("SM", 2), SENDER, "two").await;
        page.read("[data-bell-count]", "2").await;
        page.holds("document.querySelector('[data-bell-label]').textContent === 'Notifications, 2 unread'").await;
        page.holds("document.title === '(1) Messages · Hooks CRM'").await;
        page.click("[data-bell-button]").await;
        page.count(".notice", 1).await;
        page.read(".notice .tag", "2").await;
        page.holds("document.activeElement.matches('.notice a, [data-bell-tab]')").await;
        page.has_no_barriers("bell").await;
        page.screenshot("bell").await;
        page.press("\u{e00c}").await;
        page.see_no("[data-bell-panel]").await;
        page.holds("document.activeElement.matches('[data-bell-button]')").await;
        page.click("[data-bell-button]").await;
        page.click(".notice a").await;
        page.see(".entry.is-found").await;
        page.see_no("[data-bell-count]").await;
        page.has_no_complaints().await;
    }

    async fn n2_what_is_read_in_one_tab_is_read_in_the_other(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        office.text(&sid("SM", 1), SENDER, "one").await;
        page.sign_in(&email).await;
        page.read("[data-bell-count]", "1").await;
        let first = page.client.window().await.unwrap();
        let second = page.client.new_window(true).await.unwrap().handle;
        page.client.switch_to_window(second).await.unwrap();
        page.go("/messages").await;
        page.click("[data-bell-button]").await;
        page.see(".notice.is-unread").await;
        page.click("[data-bell-read]").await;
        page.see_no("[data-bell-count]").await;
        page.see_no(".notice.is-unread").await;
        page.client.switch_to_window(first).await.unwrap();
        page.see_no("[data-bell-count]").await;
    }

    async fn n3_who_can_not_set_things_up_is_not_told_of_them(office: &Office, page: &Page) {
        let agent = office.person(Role::Agent).await;
        let admin = office.person(Role::Admin).await;
        let company = office.crm.company("Alpha").await;
        let notice = Notice::new(company, Topic::SetupProblem, "a-line", "A line is not set up", jiff::Timestamp::now());
        office.crm.state.notices.raise(&notice).await.unwrap();
        page.sign_in(&admin).await;
        page.read("[data-bell-count]", "1").await;
        page.click(".avatar-button").await;
        page.click(".menu [data-action='/api/session']").await;
        page.is_at("/sign-in").await;
        page.sign_in(&agent).await;
        page.click("[data-bell-button]").await;
        page.read("[data-bell-items]", "Nothing has happened yet.").await;
        page.see_no("[data-bell-count]").await;
    }

    async fn n4_a_hundred_events_are_one_announcement_and_one_sound(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        page.sign_in(&email).await;
        page.click("h1").await;
        page.js("(() => {
            window.sounds = 0; window.said = [];
            const make = AudioContext.prototype.createOscillator;
            AudioContext.prototype.createOscillator = function () { window.sounds += 1; return make.call(this); };
            Object.defineProperty(document, 'hidden', { get: () => true });
            const place = document.querySelector('[data-announcements]');
            new MutationObserver(() => window.said.push(place.textContent)).observe(place, { childList: true });
            return true;
        })()").await;
        for n in 1..=100 {
            office.text(&sid("SM", n), SENDER, &format!("text {n}")).await;
        }
        page.holds("window.said.length > 0").await;
        page.read("[data-bell-count]", "99+").await;
        page.holds("window.said.join().match(/\\d+/g).reduce((sum, it) => sum + Number(it), 0) === 100").await;
        let said = page.js("window.said.length").await.as_u64().unwrap();
        let sounds = page.js("window.sounds").await.as_u64().unwrap();
        // A machine that is slow takes more than one window for a hundred of them.
        assert!(said <= 1 + 100 / 25, "{said} announcements");
        // A page that hardly gets to run misses the sound of a window; it never makes two.
        assert!((1..=said).contains(&sounds), "{sounds} sounds, {said} announcements");
        page.has_no_complaints().await;
    }
}
