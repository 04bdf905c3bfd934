//! What texts are answered with by themselves, and when not.

use jiff::SignedDuration;
use serde_json::{Value, json};
use twilio_hooks::{
    LineId,
    store::{Change, Direction, Interaction, Line, MessageChange},
};
use uuid::Uuid;

use crate::support::{
    ALPHA, ALPHA_LINE, Answer, BETA, BETA_LINE, Crm, PUBLIC_URL, SENDER, Storage,
    on_both_databases, sid,
};

const SETTING: &str = "/api/settings/auto-reply";

/// Somebody who writes to Alpha, with as many SIDs as it takes.
struct Texter<'a> {
    crm: &'a Crm,
    from: &'a str,
    next: u32,
}

impl<'a> Texter<'a> {
    fn new(crm: &'a Crm) -> Self {
        Self {
            crm,
            from: SENDER,
            next: 1,
        }
    }

    /// The reply to a text.
    async fn texts(&mut self, body: &str) -> Option<String> {
        let sid = sid("SM", self.next);
        self.next += 1;
        reply(&self.crm.text(&sid, self.from, ALPHA_LINE, body).await)
    }

    /// What was decided on the last text.
    async fn why(&self) -> Value {
        why_of(self.crm, &sid("SM", self.next - 1)).await["decision"].clone()
    }
}

/// The text of an answer, if it has one.
fn reply(answer: &Answer) -> Option<String> {
    let xml = answer.body.as_str();
    let begin = xml.find("<Message ")?;
    let (_, text) = xml[begin..].split_once('>').unwrap();
    let (text, _) = text.split_once("</Message>").unwrap();
    Some(text.replace("&apos;", "'").replace("&amp;", "&"))
}

/// What was decided on a message to Alpha.
async fn why_of(crm: &Crm, sid: &str) -> Value {
    let messages = crm.get(ALPHA, "/api/messages?limit=200").await.items();
    let message = messages
        .iter()
        .find(|message| message["message_sid"] == sid);
    let id = message.unwrap()["id"].as_str().unwrap();
    let path = format!("/api/messages/{id}/auto-reply");
    crm.get(ALPHA, &path).await.json()
}

/// The newest message that came in.
async fn newest(crm: &Crm, token: &str) -> String {
    let messages = crm.get(token, "/api/messages?limit=200").await.items();
    let mut came = messages.iter().filter(|it| it["direction"] == "inbound");
    came.next().unwrap()["id"].as_str().unwrap().to_owned()
}

/// What was decided on it.
async fn why(crm: &Crm, token: &str) -> Value {
    let id = newest(crm, token).await;
    crm.get(token, &format!("/api/messages/{id}/auto-reply"))
        .await
        .json()
}

async fn set(crm: &Crm, token: &str, rule: Value) -> Value {
    crm.put(token, SETTING, &rule).await.json()
}

async fn always(crm: &Crm, text: &str) {
    let rule = json!({ "enabled": true, "when": "always", "body": text });
    set(crm, ALPHA, rule).await;
}

/// Answers while closed, with office hours in New York.
async fn closed(crm: &Crm) {
    let rule = json!({ "enabled": true, "when": "closed", "body": "We are closed." });
    set(crm, ALPHA, rule).await;
    let day = json!([{ "from": "09:00", "to": "17:00" }]);
    let week =
        json!({ "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day });
    let hours = json!({ "time_zone": "america/new_york", "week": week });
    let body = json!({ "hours": hours });
    let kept = crm.put(ALPHA, "/api/settings/hours", &body).await.json();
    assert_eq!(kept["hours"]["time_zone"], "America/New_York");
}

fn pass(crm: &Crm, minutes: i64) {
    crm.clock.advance(SignedDuration::from_mins(minutes));
}

async fn line(crm: &Crm, token: &str) -> String {
    let lines = crm.get(token, "/api/lines").await.items();
    format!("/api/lines/{}", lines[0]["id"].as_str().unwrap())
}

/// A message between SENDER and Alpha, so many minutes ago.
async fn wrote(crm: &Crm, number: u32, direction: Direction, minutes: i64) {
    let (from, to) = match direction {
        Direction::Inbound => (SENDER, ALPHA_LINE),
        Direction::Outbound => (ALPHA_LINE, SENDER),
    };
    let message = MessageChange::new(sid("SM", number), direction)
        .with_parties(from, to)
        .with_body("Hi");
    let at = crm.clock.now() - SignedDuration::from_mins(minutes);
    let change = Change::new(crm.account.0.as_str(), Interaction::Message(message), at);
    crm.state.database.store.record(&change).await.unwrap();
}

on_both_databases! {
    async fn a_contact_is_answered_once_in_four_hours_and_thrice_a_day(crm: Crm) {
        let mut ana = Texter::new(&crm);
        assert_eq!(ana.texts("Hello").await, None);
        assert_eq!(ana.why().await, Value::Null);
        always(&crm, "Thanks & bye").await;
        for answers in 0..4 {
            let answer = ana.texts(&format!("Hello {answers}")).await;
            if answers == 3 {
                assert_eq!((answer, ana.why().await), (None, json!("daily_limit")));
            } else {
                assert_eq!(answer.as_deref(), Some("Thanks & bye"));
                assert_eq!(ana.why().await, "sent");
            }
            pass(&crm, 239);
            assert_eq!(ana.texts(&format!("Are you there? {answers}")).await, None);
            if answers < 3 {
                assert_eq!(ana.why().await, "recently");
            }
            pass(&crm, 1);
        }
        // The first one is a day ago.
        pass(&crm, 8 * 60);
        assert!(ana.texts("Hello again").await.is_some());
        // Somebody else has limits of their own.
        let mut bo = Texter { from: "+12025550144", next: 100, ..ana };
        assert!(bo.texts("Hello").await.is_some());
    }

    async fn a_reply_can_be_followed_and_explained(crm: Crm) {
        always(&crm, "Thanks").await;
        let answer = crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
        let explained = why(&crm, ALPHA).await;
        let id: Uuid = explained["reply_id"].as_str().unwrap().parse().unwrap();
        let report_to = format!("{PUBLIC_URL}/api/webhooks/twilio/sms/status/{id}");
        let expected = format!(r#"<Message action="{report_to}" statusCallback="{report_to}">Thanks</Message>"#);
        assert!(answer.body.contains(&expected), "{answer:?}");
        assert_eq!(explained["decision"], "sent");
        assert_eq!(explained["text"], "Thanks");
        assert_eq!(explained["decided_at"], crm.clock.now().to_string());
    }

    async fn a_text_that_comes_again_gets_the_same_answer(crm: Crm) {
        always(&crm, "Thanks").await;
        let text = async |number| crm.text(&sid("SM", number), SENDER, ALPHA_LINE, "Hello").await.body;
        let first = text(1).await;
        assert!(first.contains("Thanks"));
        let second = text(2).await;
        assert!(second.ends_with("<Response/>"));
        pass(&crm, 24 * 60);
        set(&crm, ALPHA, json!({ "enabled": false, "when": "always" })).await;
        assert_eq!(text(1).await, first);
        assert_eq!(text(2).await, second);
    }

    async fn lesson_23_one_reply_in_each_closed_period(crm: Crm) {
        closed(&crm).await;
        let mut ana = Texter::new(&crm);
        // Monday, ten in the morning.
        assert_eq!(ana.texts("Hello").await, None);
        assert_eq!(ana.why().await, "open");
        pass(&crm, 8 * 60);
        assert_eq!(ana.texts("Hello?").await.as_deref(), Some("We are closed."));
        let explained = why(&crm, ALPHA).await;
        assert_eq!(explained["closed_since"], "2026-11-23T22:00:00Z");
        for _ in 0..3 {
            pass(&crm, 4 * 60);
            assert_eq!(ana.texts("Nobody there?").await, None);
            assert_eq!(ana.why().await, "this_period");
        }
        // Friday evening to Monday morning is one period, although three days long.
        crm.clock.set("2026-11-28T00:00:00Z".parse().unwrap());
        assert!(ana.texts("Hello").await.is_some());
        crm.clock.set("2026-11-30T13:59:59Z".parse().unwrap());
        assert_eq!(ana.texts("Hello").await, None);
        crm.clock.set("2026-11-30T22:00:00Z".parse().unwrap());
        assert!(ana.texts("Hello").await.is_some());
    }

    async fn lesson_23_nobody_interrupts_somebody_who_writes(crm: Crm) {
        closed(&crm).await;
        let mut ana = Texter::new(&crm);
        ana.next = 100;
        crm.clock.set("2026-11-23T22:05:00Z".parse().unwrap());
        // An agent has written first, four minutes ago.
        wrote(&crm, 1, Direction::Outbound, 4).await;
        assert_eq!(ana.texts("Yes please").await, None);
        assert_eq!(ana.why().await, "agent");
        // Nothing more came from the agent.
        pass(&crm, 1);
        assert!(ana.texts("Hello?").await.is_some());

        // On the next day they talk, while the office closes.
        crm.clock.set("2026-11-24T22:20:00Z".parse().unwrap());
        wrote(&crm, 2, Direction::Inbound, 26).await;
        wrote(&crm, 3, Direction::Outbound, 24).await;
        assert_eq!(ana.texts("One more thing").await, None);
        assert_eq!(ana.why().await, "conversation");
        pass(&crm, 6);
        assert!(ana.texts("Hello?").await.is_some());
    }

    async fn a_reply_of_its_own_is_no_agent(crm: Crm) {
        closed(&crm).await;
        crm.clock.set("2026-11-23T22:05:00Z".parse().unwrap());
        let mut ana = Texter::new(&crm);
        assert!(ana.texts("Hello").await.is_some());
        let id: Uuid = why(&crm, ALPHA).await["reply_id"].as_str().unwrap().parse().unwrap();
        let sent = MessageChange::new(sid("SM", 50), Direction::Outbound)
            .with_id(id.into())
            .with_parties(ALPHA_LINE, SENDER)
            .with_body("We are closed.");
        let change = Change::new(crm.account.0.as_str(), Interaction::Message(sent), crm.clock.now());
        crm.state.database.store.record(&change).await.unwrap();
        pass(&crm, 1);
        crm.text(&sid("SM", 60), SENDER, ALPHA_LINE, "Hello?").await;
        assert_eq!(why_of(&crm, &sid("SM", 60)).await["decision"], "this_period");
    }

    async fn lesson_19_short_codes_and_names_are_kept_and_not_answered(crm: Crm) {
        always(&crm, "Thanks").await;
        for (number, from) in (1..).zip(["12345", "SUPPORT", "+266696687", "", "rcs:acme_agent"]) {
            let answer = crm.text(&sid("SM", number), from, ALPHA_LINE, "Hello").await;
            assert_eq!(reply(&answer), None, "{from}");
            assert_eq!(why(&crm, ALPHA).await["decision"], "no_person", "{from}");
        }
        assert_eq!(crm.get(ALPHA, "/api/messages").await.items().len(), 5);
        assert_eq!(crm.get(ALPHA, "/api/contacts").await.items().len(), 3);
        for (number, from) in (10..).zip([BETA_LINE, "whatsapp:+12025550199"]) {
            let answer = crm.text(&sid("SM", number), from, ALPHA_LINE, "Hello").await;
            assert_eq!(reply(&answer), None, "{from}");
            assert_eq!(why(&crm, ALPHA).await["decision"], "own_line", "{from}");
        }
        let answer = crm.text(&sid("SM", 20), "whatsapp:+12025550143", ALPHA_LINE, "Hello").await;
        assert_eq!(reply(&answer).as_deref(), Some("Thanks"));
    }

    async fn lesson_21_who_says_stop_is_not_answered_and_not_written_to(crm: Crm) {
        always(&crm, "Thanks").await;
        let mut ana = Texter::new(&crm);
        for word in ["STOP", "help", "INFO", "start"] {
            assert_eq!(ana.texts(word).await, None, "{word}");
            assert_eq!(ana.why().await, "keyword", "{word}");
        }
        assert_eq!(ana.texts("unsubscribe").await, None);
        assert_eq!(ana.texts("Are you there?").await, None);
        assert_eq!(ana.why().await, "opted_out");
        assert_eq!(ana.texts("Yes").await, None);
        assert_eq!(ana.why().await, "keyword");
        // Now it is a word like any other.
        assert_eq!(ana.texts("Yes").await.as_deref(), Some("Thanks"));
    }

    async fn lesson_22_the_same_text_again_and_again_is_a_loop(crm: Crm) {
        let rule = json!({ "enabled": true, "when": "always", "body": "Thanks",
            "every_minutes": 1, "per_day": 100 });
        set(&crm, ALPHA, rule).await;
        let mut robot = Texter::new(&crm);
        for _ in 0..3 {
            assert!(robot.texts("I am not here ").await.is_some());
            pass(&crm, 2);
        }
        assert_eq!(robot.texts(" I am not here").await, None);
        assert_eq!(robot.why().await, "loop");
        assert!(robot.texts("But now I am").await.is_some());
        pass(&crm, 60);
        assert!(robot.texts("I am not here").await.is_some());

        // Pictures have no text, and several in a row are no loop.
        let mut photos = Texter { from: "+12025550144", next: 100, ..robot };
        for _ in 0..5 {
            assert!(photos.texts("").await.is_some());
            pass(&crm, 2);
        }
    }

    async fn lesson_22_too_many_texts_are_a_loop(crm: Crm) {
        let rule = json!({ "enabled": true, "when": "always", "body": "Thanks",
            "every_minutes": 1, "per_day": 100 });
        set(&crm, ALPHA, rule).await;
        let mut robot = Texter::new(&crm);
        for number in 0..20 {
            assert!(robot.texts(&format!("Ticket {number}")).await.is_some());
            pass(&crm, 2);
        }
        assert_eq!(robot.texts("Ticket 20").await, None);
        assert_eq!(robot.why().await, "loop");
    }

    async fn lesson_22_two_crms_that_answer_each_other_stop(crm: Crm) {
        let other = Crm::with_fake(Storage::sqlite()).await;
        let sides = [(&crm, "+12025550171"), (&other, "+12025550172")];
        for every_minutes in [240, 1] {
            for (crm, number) in sides {
                let alpha = crm.state.database.settings.companies().await.unwrap()[0].id;
                let id = LineId::at(crm.clock.now());
                let line = Line::new(id, crm.account.0.as_str(), number, alpha);
                crm.state.database.lines.put_line(&line).await.unwrap();
                let rule = json!({ "enabled": true, "when": "always", "body": "Nobody is here.",
                    "every_minutes": every_minutes, "per_day": 100 });
                set(crm, ALPHA, rule).await;
                pass(crm, 24 * 60);
            }
            let mut text = Some("Hello".to_owned());
            let mut sent = 0;
            while let Some(body) = text {
                sent += 1;
                assert!(sent < 20, "it goes on and on");
                let (to, from) = match sent % 2 {
                    1 => (sides[1], sides[0]),
                    _ => (sides[0], sides[1]),
                };
                let sid = sid("SM", every_minutes * 100 + sent);
                text = reply(&to.0.text(&sid, from.1, to.1, &body).await);
                for (crm, _) in sides {
                    pass(crm, 2);
                }
            }
            let last = match every_minutes {
                1 => "loop",
                _ => "recently",
            };
            let decided = [why(&crm, ALPHA).await, why(&other, ALPHA).await];
            assert!(decided.iter().any(|it| it["decision"] == last), "{decided:?}");
        }
    }

    async fn of_many_texts_at_once_one_is_answered(crm: Crm) {
        always(&crm, "Thanks").await;
        let sids: Vec<_> = (1..=8).map(|number| sid("SM", number)).collect();
        let texts = sids.iter().flat_map(|sid| {
            // Each twice.
            [0; 2].map(|_| crm.text(sid, SENDER, ALPHA_LINE, "Hello"))
        });
        let answers = futures_util::future::join_all(texts).await;
        let replies: std::collections::HashSet<_> = answers
            .iter()
            .map(|answer| answer.body.as_str())
            .filter(|body| body.contains("Thanks"))
            .collect();
        assert_eq!(replies.len(), 1);
    }

    async fn what_was_set_last_for_a_line_counts(crm: Crm) {
        always(&crm, "Company").await;
        let path = line(&crm, ALPHA).await;
        let own = format!("{path}/auto-reply");
        let shown = async || crm.get(ALPHA, &own).await.json();
        let next = async |number| {
            pass(&crm, 8 * 60);
            reply(&crm.text(&sid("SM", number), SENDER, ALPHA_LINE, "Hello").await)
        };
        assert_eq!((&shown().await["source"], &shown().await["body"]), (&json!("company"), &json!("Company")));
        assert_eq!(next(1).await.as_deref(), Some("Company"));

        crm.patch(ALPHA, &path, &json!({ "text_reply": "As {{it}} is" })).await.json();
        assert_eq!((&shown().await["source"], &shown().await["when"]), (&json!("text_reply"), &json!("always")));
        assert_eq!(next(2).await.as_deref(), Some("As {{it}} is"));

        let rule = json!({ "enabled": true, "when": "always", "body": "Line {{line.number}}" });
        let changed = crm.put(ALPHA, &own, &rule).await.json();
        assert_eq!(changed["source"], "line");
        assert_eq!(crm.get(ALPHA, &path).await.json()["text_reply"], Value::Null);
        assert_eq!(next(3).await, Some(format!("Line {ALPHA_LINE}")));

        crm.patch(ALPHA, &path, &json!({ "text_reply": "Again" })).await.json();
        assert_eq!(next(4).await.as_deref(), Some("Again"));
        crm.put(ALPHA, &own, &json!({ "enabled": false, "when": "closed" })).await.json();
        assert_eq!(next(5).await, None);
        assert_eq!(crm.delete(ALPHA, &own).await.status, 204);
        assert_eq!(next(6).await.as_deref(), Some("Company"));
        // Nothing of that was about Beta.
        assert_eq!(crm.get(BETA, &line(&crm, BETA).await).await.json()["text_reply"], "Beta says thank you.");
    }

    async fn a_template_is_filled_in_for_the_contact_or_blocks(crm: Crm) {
        let body = json!({ "name": "Away", "body": "Hi {{contact.first_name}}, {{company.name}} is away" });
        let template = crm.post(ALPHA, "/api/templates", &body).await.json_with(201);
        let rule = json!({ "enabled": true, "when": "always", "template_id": template["id"] });
        set(&crm, ALPHA, rule).await;
        let mut ana = Texter::new(&crm);
        assert_eq!(ana.texts("Hello").await, None);
        let explained = why(&crm, ALPHA).await;
        assert_eq!(explained["decision"], "template");
        assert!(explained["detail"].as_str().unwrap().contains("contact.first_name"));

        let named = [
            ("MessageSid", &*sid("SM", 50)),
            ("From", "whatsapp:+12025550143"),
            ("To", ALPHA_LINE),
            ("Body", "Hello"),
            ("ProfileName", "Ana Lee"),
        ];
        let answer = crm.twilio("sms/incoming", &named).await;
        assert_eq!(reply(&answer).as_deref(), Some("Hi Ana, Alpha is away"));

        let path = format!("/api/templates/{}", template["id"].as_str().unwrap());
        crm.delete(ALPHA, &path).await.problem(409);
        set(&crm, ALPHA, json!({ "enabled": false, "when": "always" })).await;
        assert_eq!(crm.delete(ALPHA, &path).await.status, 204);
    }

    async fn lesson_23_the_preview_says_what_would_be_sent_now(crm: Crm) {
        let preview = async |body: Value| {
            crm.post(ALPHA, "/api/settings/auto-reply/preview", &body).await.json()
        };
        let shown = preview(json!({})).await;
        assert_eq!((&shown["would_send"], &shown["decision"]), (&json!(false), &Value::Null));
        closed(&crm).await;
        let shown = preview(json!({})).await;
        assert_eq!((&shown["would_send"], &shown["decision"]), (&json!(false), &json!("open")));
        assert_eq!(shown["text"], "We are closed.");
        let evening = json!({ "at": "2026-11-23T23:00:00Z", "from": SENDER });
        let shown = preview(evening.clone()).await;
        assert_eq!((&shown["would_send"], &shown["decision"]), (&json!(true), &json!("sent")));
        assert_eq!(shown["closed_since"], "2026-11-23T22:00:00Z");
        // Nothing was sent, and nothing was counted.
        assert_eq!(preview(evening.clone()).await["would_send"], true);
        pass(&crm, 8 * 60);
        assert!(Texter::new(&crm).texts("Hello").await.is_some());
        assert_eq!(preview(evening).await["decision"], "this_period");
        assert_eq!(preview(json!({ "from": "12345" })).await["decision"], "no_person");
        let own = preview(json!({ "from": ALPHA_LINE })).await;
        assert_eq!(own["decision"], "own_line");
    }

    async fn a_preview_does_not_tell_whose_the_numbers_of_others_are(crm: Crm) {
        always(&crm, "Hello.").await;
        let preview = async |from: &str| {
            let body = json!({ "from": from });
            crm.post(ALPHA, "/api/settings/auto-reply/preview", &body).await.json()
        };
        assert_eq!(preview(BETA_LINE).await, preview("+12025550177").await);
    }

    async fn what_can_not_be_a_reply_is_refused(crm: Crm) {
        let default = crm.get(ALPHA, SETTING).await.json();
        let expected = json!({ "enabled": false, "when": "closed", "body": null, "template_id": null,
            "every_minutes": 240, "per_day": 3 });
        assert_eq!(default, expected);
        for wrong in [
            json!({}),
            json!({ "enabled": true, "when": "always" }),
            json!({ "enabled": true, "when": "always", "body": " " }),
            json!({ "enabled": true, "when": "never", "body": "x" }),
            json!({ "enabled": true, "when": "always", "body": "x".repeat(1601) }),
            json!({ "enabled": true, "when": "always", "body": "😀".repeat(801) }),
            json!({ "enabled": true, "when": "always", "body": "on {{date}}" }),
            json!({ "enabled": true, "when": "always", "body": "{{contact.nmae}}" }),
            json!({ "enabled": true, "when": "always", "body": "x", "every_minutes": 0 }),
            json!({ "enabled": true, "when": "always", "body": "x", "per_day": 1000 }),
            json!({ "enabled": true, "when": "always", "body": "x", "template_id": Uuid::now_v7() }),
        ] {
            crm.put(ALPHA, SETTING, &wrong).await.problem(400);
        }
        assert_eq!(crm.get(ALPHA, SETTING).await.json(), expected);
    }

    async fn replies_of_another_company_are_not_found(crm: Crm) {
        let foreign = format!("{}/auto-reply", line(&crm, BETA).await);
        let rule = json!({ "enabled": true, "when": "always", "body": "x" });
        crm.get(ALPHA, &foreign).await.problem(404);
        crm.put(ALPHA, &foreign, &rule).await.problem(404);
        crm.delete(ALPHA, &foreign).await.problem(404);
        let template = crm.get(BETA, "/api/templates").await.items()[0]["id"].clone();
        let rule = json!({ "enabled": true, "when": "always", "template_id": template });
        crm.put(ALPHA, SETTING, &rule).await.problem(404);
        let own = format!("{}/auto-reply", line(&crm, ALPHA).await);
        crm.put(ALPHA, &own, &rule).await.problem(404);
        let line = crm.get(BETA, "/api/lines").await.items()[0]["id"].clone();
        let preview = format!("{SETTING}/preview");
        crm.post(ALPHA, &preview, &json!({ "line_id": line })).await.problem(404);
        crm.text(&sid("SM", 1), SENDER, BETA_LINE, "Hello").await;
        let path = format!("/api/messages/{}/auto-reply", newest(&crm, BETA).await);
        assert_eq!(crm.get(BETA, &path).await.json()["text"], "Beta says thank you.");
        crm.get(ALPHA, &path).await.problem(404);
        assert_eq!(crm.get(BETA, SETTING).await.json()["enabled"], false);
    }

    async fn hours_are_set_and_checked(crm: Crm) {
        let path = "/api/settings/hours";
        let check = async |at: &str| crm.get(ALPHA, &format!("{path}/check?at={at}")).await.json();
        assert_eq!(crm.get(ALPHA, path).await.json(), json!({ "hours": null }));
        let now = check("").await;
        assert_eq!((&now["open"], &now["reason"]), (&json!(true), &json!("no_hours")));

        let bar = json!([{ "from": "18:00", "to": "02:00" }]);
        let hours = json!({
            "time_zone": "America/New_York",
            "week": { "friday": bar, "saturday": bar },
            "holidays": [{ "name": "Christmas", "date": "2025-12-25", "every_year": true }],
        });
        crm.put(ALPHA, path, &json!({ "hours": hours })).await.json();
        let kept = crm.get(ALPHA, path).await.json();
        assert_eq!(kept["hours"]["week"]["friday"], bar);
        assert_eq!(kept["hours"]["week"]["monday"], json!([]));

        // Monday morning, since Sunday at two.
        let now = check("").await;
        assert_eq!((&now["open"], &now["reason"]), (&json!(false), &json!("week")));
        assert_eq!(now["local_time"], "2026-11-23T10:00:00");
        assert_eq!(now["closed_since"], "2026-11-22T07:00:00Z");
        assert_eq!(now["changes_at"], "2026-11-27T23:00:00Z");
        // Past midnight.
        let night = check("2026-11-28T06:59:59Z").await;
        assert_eq!((&night["open"], &night["changes_at"]), (&json!(true), &json!("2026-11-28T07:00:00Z")));
        // A Friday, and Christmas.
        let holiday = check("2026-12-26T01:00:00Z").await;
        assert_eq!((&holiday["reason"], &holiday["holiday"]), (&json!("holiday"), &json!("Christmas")));
        // The clock goes forward in the night of Saturday: an hour after one it is three.
        let spring = check("2026-03-08T06:30:00Z").await;
        assert_eq!((&spring["open"], &spring["changes_at"]), (&json!(true), &json!("2026-03-08T07:00:00Z")));

        for wrong in [
            json!({}),
            json!({ "hours": { "time_zone": "Mars", "week": { "friday": bar } } }),
            json!({ "hours": { "time_zone": "UTC", "week": {} } }),
            json!({ "hours": { "time_zone": "UTC", "week": { "freitag": bar } } }),
        ] {
            crm.put(ALPHA, path, &wrong).await.problem(400);
        }
        for wrong in ["check?at=yesterday", "check?to=now"] {
            crm.get(ALPHA, &format!("{path}/{wrong}")).await.problem(400);
        }
        assert_eq!(crm.get(BETA, path).await.json(), json!({ "hours": null }));
        crm.put(ALPHA, path, &json!({ "hours": null })).await.json();
        assert_eq!(check("").await["open"], true);
    }
}
