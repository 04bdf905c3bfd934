//! A conversation, live.

use axum::body::Body;
use crm::people::Role;
use jiff::Timestamp;
use serde_json::{Value, json};
use twilio_hooks::testing::MessageFate;

use crate::{
    driver::in_browser,
    office::{Office, sid},
    page::Page,
    support::{ALPHA, ALPHA_LINE, BETA, BETA_LINE, SENDER},
};

const ENTER: &str = "\u{e007}";
const SHIFT: &str = "\u{e008}";
const NULL: &str = "\u{e000}";
const ESCAPE: &str = "\u{e00c}";
const DOWN: &str = "\u{e015}";

/// What the composer is written in.
const FIELD: &str = ".composer textarea";

/// Notes when each text of `Number N of many` is drawn, in milliseconds since 1970.
const SEEN_AT: &str =
    "(window.seenAt = {}, new MutationObserver(() => requestAnimationFrame(() => {
    for (const body of document.querySelectorAll('.entry .body')) {
        const number = /^Number ([0-9]+) of many$/.exec(body.textContent.trim());
        if (number && !(number[1] in window.seenAt)) window.seenAt[number[1]] = Date.now();
    }
})).observe(document.body, { childList: true, subtree: true }))";

/// A PNG of one point.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x04\0\0\0\xb5\x1c\x0c\x02\0\0\0\x0bIDATx\xdac\xfc\xff\x1f\0\x03\x03\x02\0\xef\xbf\x84\xd9\0\0\0\0IEND\xaeB`\x82";

impl Office {
    /// The path of the conversation with somebody.
    pub(crate) async fn conversation(&self, token: &str, address: &str) -> String {
        let contacts = self.crm.get(token, "/api/contacts?limit=200").await.items();
        let found = contacts.iter().find(|it| it["address"] == address).unwrap();
        format!("/messages/{}", found["id"].as_str().unwrap())
    }

    /// Lets Twilio do what it has to, and brings its reports, the last ones first.
    async fn settle_backwards(&self) {
        let mut deliveries = self.crm.fake().settle().await;
        deliveries.reverse();
        for delivery in deliveries {
            let answer = self.crm.send(delivery.request.map(Body::from)).await;
            assert!((200..300).contains(&answer.status), "{answer:?}");
        }
    }

    /// Waits until Twilio has so many messages of ours, and gives their texts.
    pub(crate) async fn sent(&self, count: usize) -> Vec<String> {
        crate::support::soon(async {
            loop {
                let messages = self.crm.fake().messages();
                let ours: Vec<_> = messages
                    .into_iter()
                    .filter(|it| it.from.as_ref().is_some_and(|it| it.as_str() == ALPHA_LINE))
                    .filter_map(|it| it.body)
                    .collect();
                if ours.len() >= count {
                    return ours;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        })
        .await
    }
}

impl Page {
    /// Signs in somebody and opens the conversation with `SENDER`, who has said something.
    async fn open_conversation(&self, office: &Office, role: Role) {
        let email = office.person(role).await;
        office.text(&sid("SM", 1), SENDER, "Hello!").await;
        self.sign_in(&email).await;
        self.go(&office.conversation(ALPHA, SENDER).await).await;
        self.is_live().await;
    }

    pub(crate) async fn write(&self, text: &str) {
        self.see(FIELD).await.send_keys(text).await.unwrap();
    }
}

in_browser! {
    async fn m1_an_incoming_text_moves_its_row_to_the_top_and_counts_it(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        office.text(&sid("SM", 1), SENDER, "first").await;
        office.text(&sid("SM", 2), "+12025550144", "second").await;
        page.sign_in(&email).await;
        page.js("(window.wasHere = true)").await;
        page.read(".thread:first-child", "second").await;
        office.text(&sid("SM", 3), SENDER, "third").await;
        page.read(".thread:first-child .thread-preview", "third").await;
        page.read(".thread:first-child .pill", "2").await;
        page.count(".thread", 2).await;
        page.holds("window.wasHere === true").await;
        page.has_no_complaints().await;
    }

    async fn m2_the_same_webhook_twice_is_one_bubble(office: &Office, page: &Page) {
        page.open_conversation(office, Role::Agent).await;
        office.text(&sid("SM", 2), SENDER, "only once").await;
        office.text(&sid("SM", 2), SENDER, "only once").await;
        office.text(&sid("SM", 3), SENDER, "and this").await;
        page.read(".entry:last-child .body", "and this").await;
        assert_eq!(page.texts(".entry .body").await, ["Hello!", "only once", "and this"]);
    }

    async fn m3_delivered_before_sent_stays_delivered(office: &Office, page: &Page) {
        page.open_conversation(office, Role::Agent).await;
        page.write(&format!("On its way{ENTER}")).await;
        office.sent(1).await;
        office.settle_backwards().await;
        page.see(".entry.ours .tick.delivered").await;
        page.holds("document.querySelector('.tick.delivered').textContent.includes('Delivered')").await;
        office.text(&sid("SM", 2), SENDER, "Thanks").await;
        page.read(".entry:last-child .body", "Thanks").await;
        page.count(".tick.delivered", 1).await;
        page.has_no_complaints().await;
    }

    async fn m4_a_failure_is_a_sentence_and_a_badge_and_trying_again_only_where_it_helps(office: &Office, page: &Page) {
        page.open_conversation(office, Role::Agent).await;
        office.crm.fake().set_message_fate(SENDER, MessageFate::Failed(30006));
        page.write(&format!("To a landline{ENTER}")).await;
        office.sent(1).await;
        office.crm.settle().await;
        page.read(".entry.ours .failure", "Not delivered.").await;
        page.read(".entry.ours .failure", "Error 30006").await;
        page.read(".thread[data-key] .tag.danger", "Failed").await;
        page.see_no(".failure button").await;

        office.crm.fake().set_message_fate(SENDER, MessageFate::Undelivered(30003));
        page.write(&format!("To a phone that is off{ENTER}")).await;
        office.sent(2).await;
        office.crm.settle().await;
        page.see(".failure button").await;
        office.crm.fake().set_message_fate(SENDER, MessageFate::Delivered);
        page.click(".failure button").await;
        office.sent(3).await;
        office.crm.settle().await;
        page.see(".entry.ours:last-child .tick.delivered").await;
        page.read(".entries", "It was sent again.").await;
        page.see_no(".failure button").await;
        page.has_no_complaints().await;
    }

    async fn m5_what_is_read_in_one_tab_is_read_in_the_other(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        office.text(&sid("SM", 1), SENDER, "Hello!").await;
        page.sign_in(&email).await;
        page.read(".thread .pill", "1").await;
        page.read(".navigation [data-unread-threads]", "1").await;
        let first = page.client.window().await.unwrap();
        let second = page.client.new_window(true).await.unwrap().handle;
        page.client.switch_to_window(second).await.unwrap();
        page.devtools("Page.bringToFront", json!({})).await;
        page.go(&office.conversation(ALPHA, SENDER).await).await;
        page.see_no(".thread .pill").await;
        page.client.switch_to_window(first).await.unwrap();
        page.see_no(".thread .pill").await;
    }

    async fn m7_another_companys_conversation_is_not_found(office: &Office, page: &Page) {
        let email = office.person(Role::Owner).await;
        office.text_to(BETA_LINE, &sid("SM", 1), SENDER, "for Beta alone").await;
        let path = office.conversation(BETA, SENDER).await;
        page.sign_in(&email).await;
        for path in [path.as_str(), "/messages/019a0000-0000-7000-8000-000000000000", "/messages/nobody"] {
            page.go(path).await;
            page.read("h1", "There is nothing here").await;
        }
        let part = format!("fetch('/parts{path}/entries').then(r => r.status)");
        assert_eq!(page.js(&part).await, 404);
    }

    async fn m8_who_has_opted_out_is_not_written_to(office: &Office, page: &Page) {
        page.open_conversation(office, Role::Agent).await;
        page.see_no("[data-refusal]").await;
        office.text(&sid("SM", 2), SENDER, "STOP").await;
        page.client.refresh().await.unwrap();
        page.read("[data-refusal]", "This contact texted STOP to this number").await;
        page.holds("document.querySelector('.composer textarea').disabled").await;
        page.has_no_barriers("opted out").await;
    }

    async fn who_only_reads_has_no_composer(office: &Office, page: &Page) {
        page.open_conversation(office, Role::ReadOnly).await;
        page.read(".composer-refusal", "Your role lets you read conversations, not write.").await;
        page.see_no(FIELD).await;
    }

    async fn m9_markup_is_shown_as_text(office: &Office, page: &Page) {
        page.open_conversation(office, Role::Agent).await;
        let text = "<script>document.title='bad'</script><b>bold</b>";
        office.text(&sid("SM", 2), SENDER, text).await;
        page.read(".entry:last-child .body", text).await;
        page.client.refresh().await.unwrap();
        page.read(".entry:last-child .body", text).await;
        page.holds("!document.querySelector('.entries script, .entries b') && document.title !== 'bad'").await;
        page.has_no_complaints().await;
    }

    async fn m11_three_pictures_are_three(office: &Office, page: &Page) {
        page.open_conversation(office, Role::Agent).await;
        let fake = office.crm.fake();
        let message = fake.add_incoming_message(SENDER, ALPHA_LINE, "Look!");
        let account = fake.account_sid();
        let urls: Vec<_> = (0..3).map(|_| {
            let media = fake.add_media(&message, "image/png", PICTURE);
            format!("https://api.twilio.com/2010-04-01/Accounts/{account}/Messages/{message}/Media/{media}")
        }).collect();
        office.twilio("sms/incoming", &[
            ("MessageSid", message.as_str()), ("From", SENDER), ("To", ALPHA_LINE), ("Body", "Look!"), ("NumMedia", "3"),
            ("MediaUrl0", &urls[0]), ("MediaUrl1", &urls[1]), ("MediaUrl2", &urls[2]),
            ("MediaContentType0", "image/png"), ("MediaContentType1", "image/png"), ("MediaContentType2", "image/png"),
        ]).await;
        page.count(".entry:last-child img", 3).await;
        page.holds("[...document.querySelectorAll('.entry img')].every(it => it.complete && it.naturalWidth === 1)").await;
        page.has_no_complaints().await;
    }

    async fn enter_sends_once_and_shift_enter_begins_a_line(office: &Office, page: &Page) {
        page.open_conversation(office, Role::Agent).await;
        page.write(&format!("One{SHIFT}{ENTER}{NULL}two{ENTER}{ENTER}")).await;
        page.read(".entry.ours .body", "One\ntwo").await;
        page.holds("document.querySelector('.composer textarea').value === ''").await;
        assert_eq!(office.sent(1).await, ["One\ntwo"]);
        page.see_no(".is-sending").await;
        page.count(".entry.ours", 1).await;
        page.has_no_complaints().await;
    }

    async fn what_was_sent_stays_where_it_was_said(office: &Office, page: &Page) {
        page.open_conversation(office, Role::Agent).await;
        let mut texts = vec!["Hello!".to_owned()];
        for number in 1..=4 {
            let text = format!("Text {number}");
            page.write(&format!("{text}{ENTER}")).await;
            office.sent(number).await;
            office.crm.settle().await;
            page.count(".tick.delivered", number).await;
            texts.push(text);
        }
        page.see_no(".is-sending").await;
        assert_eq!(page.texts(".entry .body").await, texts);
        page.client.refresh().await.unwrap();
        page.is_live().await;
        assert_eq!(page.texts(".entry .body").await, texts);
    }

    async fn what_is_not_sent_stays_until_it_is(office: &Office, page: &Page) {
        page.open_conversation(office, Role::Agent).await;
        page.write("Half a thou").await;
        page.client.refresh().await.unwrap();
        page.holds("document.querySelector('.composer textarea').value === 'Half a thou'").await;
        page.write(&format!("ght{ENTER}")).await;
        page.read(".entry.ours .body", "Half a thought").await;
        page.client.refresh().await.unwrap();
        page.holds("document.querySelector('.composer textarea').value === ''").await;
    }

    async fn a_template_is_found_by_a_slash_and_its_blanks_are_asked_for(office: &Office, page: &Page) {
        page.open_conversation(office, Role::Agent).await;
        page.write("/").await;
        page.count(".picker [data-id]", 4).await;
        page.write(ESCAPE).await;
        page.see_no(".picker").await;
        page.holds("document.querySelector('.composer textarea').value === '/'").await;
        page.write("wel").await;
        page.count(".picker [data-id]", 1).await;
        page.write(ENTER).await;
        page.holds("document.querySelector('.composer textarea').value.startsWith('Hi there, thank you for contacting Alpha!')").await;
        page.fill(FIELD, "/appo").await;
        page.count(".picker [data-id]", 1).await;
        page.write(&format!("{DOWN}{ENTER}")).await;
        page.holds("document.querySelector('.composer textarea').value.includes('{{date}}')").await;
        page.write(ENTER).await;
        page.read("[data-form-error]", "Fill in {{date}} first.").await;
        assert!(office.crm.fake().messages().is_empty());
        page.has_no_complaints().await;
    }

    async fn the_counter_counts_as_twilio_does(office: &Office, page: &Page) {
        page.open_conversation(office, Role::Agent).await;
        page.write("Let’s").await;
        page.read("[data-counter]", "5/70 · UCS-2 · 1 SMS, because of “’”").await;
        let path = page.js("document.querySelector('script[src*=conversation]').src.replace('conversation', 'segments')").await;
        for text in ["", "a", "€[]", "It’s", &"a".repeat(161), &"€".repeat(81), &"ł".repeat(71), "👍", &"👍".repeat(40), "a\nb\u{c}"] {
            let there = office.crm.post(ALPHA, "/api/messages/preview", &json!({"body": text})).await.json();
            let script = "const [path, text, done] = arguments; import(path).then(m => done(m.count(text)))";
            let here = page.client.execute_async(script, vec![path.clone(), json!(text)]).await.unwrap();
            for field in ["encoding", "segments", "units", "left", "length", "culprit"] {
                assert_eq!(here[field], there[field], "{field} of {text:?}");
            }
        }
    }

    async fn a_file_is_sent_along(office: &Office, page: &Page) {
        page.open_conversation(office, Role::Agent).await;
        let file = std::env::temp_dir().join(format!("crm-{}.png", uuid::Uuid::now_v7()));
        std::fs::write(&file, PICTURE).unwrap();
        page.js("(document.querySelector('[data-files]').hidden = false)").await;
        let input = page.see("[data-files]").await;
        input.send_keys(file.to_str().unwrap()).await.unwrap();
        page.see("[data-attachments] img").await;
        page.write(&format!("See{ENTER}")).await;
        page.see(".entry.ours img").await;
        page.holds("document.querySelector('.entry.ours img').naturalWidth === 1").await;
        office.sent(1).await;
        std::fs::remove_file(file).unwrap();
        page.has_no_complaints().await;
    }

    async fn a_text_to_a_new_number_begins_a_conversation(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        page.sign_in(&email).await;
        page.click("[data-new]").await;
        page.fill("#to", "555").await;
        page.write(&format!("Hello{ENTER}")).await;
        page.see("[data-form-error]").await;
        page.holds("document.querySelector('.composer textarea').value === 'Hello'").await;
        page.fill("#to", "(202) 555-0150").await;
        page.write(ENTER).await;
        page.read(".entry.ours .body", "Hello").await;
        page.read("#conversation-title", "(202) 555-0150").await;
        assert_eq!(office.sent(1).await, ["Hello"]);
    }

    async fn what_comes_in_is_seen_a_moment_after_its_webhook(office: &Office, page: &Page) {
        page.open_conversation(office, Role::Agent).await;
        page.is_live().await;
        page.js(SEEN_AT).await;
        let mut sent = Vec::new();
        for number in 0..100 {
            sent.push(Timestamp::now().as_millisecond());
            office.text(&sid("SM", 5000 + number), SENDER, &format!("Number {number} of many")).await;
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        page.holds("Object.keys(window.seenAt).length === 100").await;
        let seen = page.js("window.seenAt").await;
        let mut took: Vec<_> = (0..100)
            .map(|number: usize| seen[number.to_string()].as_i64().unwrap() - sent[number])
            .collect();
        took.sort_unstable();
        let measured = format!("from webhook to sight: {} ms at p50, {} ms at p95, {} ms at most", took[49], took[94], took[99]);
        std::fs::write(crate::chromium::screenshots().join("measured-live.txt"), measured).unwrap();
    }

    async fn m10_a_long_conversation_has_few_nodes_and_loses_none(office: &Office, page: &Page) {
        page.open_conversation(office, Role::Agent).await;
        let first = office.crm.get(ALPHA, "/api/messages").await.items()[0].clone();
        fill(office, &first, 10_000).await;
        let before = std::time::Instant::now();
        page.client.refresh().await.unwrap();
        page.is_live().await;
        let interactive = page.js("performance.getEntriesByType('navigation')[0].domInteractive").await;
        let measured = format!("10,000 messages: interactive after {interactive} ms, live after {:?}", before.elapsed());
        std::fs::write(crate::chromium::screenshots().join("measured.txt"), measured).unwrap();
        page.see(".entry").await;
        for _ in 0..12 {
            let top = page.js("document.querySelector('.entry').dataset.key").await;
            page.js("(document.querySelector('[data-log]').scrollTop = 0)").await;
            page.holds(&format!("document.querySelector('.entry').dataset.key !== {top}")).await;
            let nodes = page.js("document.querySelectorAll('.entries > *').length").await;
            assert!(nodes.as_u64().unwrap() <= 200, "{nodes}");
        }
        // All that is on the page is next to each other.
        let numbers = page.texts(".entry .body").await;
        let numbers: Vec<u32> = numbers.iter().map(|text| text.parse().unwrap()).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{numbers:?}");
        assert!(numbers[0] < 9_700);
        page.click("[data-newest]").await;
        page.read(".entry:last-child .body", "Hello!").await;
    }
}

/// Puts messages into the conversation that this one is of, one after the other.
async fn fill(office: &Office, like: &Value, count: u32) {
    let rows: Vec<_> = (0..count)
        .map(|n| {
            let at = Timestamp::now() - jiff::SignedDuration::from_secs(i64::from(count - n) * 60);
            let id = twilio_hooks::MessageId::at(at);
            json!([id, sid("SM", 100_000 + n), n.to_string(), at])
        })
        .collect();
    let sql = "insert into sms (id, company_id, contact_id, account_sid, message_sid, direction, status,
                   status_rank, from_address, to_address, body, created_at, updated_at)
               select value ->> 0, company_id, contact_id, account_sid, value ->> 1, direction, status,
                   status_rank, from_address, to_address, value ->> 2, value ->> 3, value ->> 3
               from sms, json_each($1) where sms.id = $2";
    let rows = Value::Array(rows).to_string();
    let id: twilio_hooks::MessageId = like["id"].as_str().unwrap().parse().unwrap();
    let db = &office.crm.state.database.db;
    db.execute(sql, crm::args![rows, id]).await.unwrap();
}
