//! Who gets our messages.

use crm::consent::{self, Between, Source};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use twilio_hooks::{ContactId, LineId, MessageId, MessageSid, store::Line};
use uuid::Uuid;

use crate::{
    support::{
        ALPHA, ALPHA_LINE, BETA, BETA_LINE, Crm, OPERATOR, SENDER, on_both_databases, sid,
        signed_by,
    },
    twilios::{ALPHA_ACCOUNT, ALPHA_NUMBER, ALPHA_TOKEN, in_a_world},
};

const SECOND_LINE: &str = "+12025550188";
const SERVICE: &str = "MG00000000000000000000000000000001";
const OTHER_SERVICE: &str = "MG00000000000000000000000000000002";

/// Another line of Alpha.
async fn second_line(crm: &Crm) {
    let alpha = alpha(crm).await;
    let id = LineId::at(crm.clock.now());
    let line = Line::new(id, crm.account.0.as_str(), SECOND_LINE, alpha);
    crm.state.database.lines.put_line(&line).await.unwrap();
}

async fn alpha(crm: &Crm) -> twilio_hooks::CompanyId {
    crm.state.database.settings.companies().await.unwrap()[0].id
}

async fn contact(crm: &Crm, token: &str) -> String {
    let contacts = crm.get(token, "/api/contacts").await.items();
    contacts[0]["id"].as_str().unwrap().to_owned()
}

/// What the API says of each line: the number, and whether the contact is out.
async fn lines(crm: &Crm, token: &str) -> Vec<(String, bool)> {
    let lines = show(crm, token).await["lines"].clone();
    let lines = lines.as_array().unwrap().iter();
    lines
        .map(|line| {
            (
                line["number"].as_str().unwrap().to_owned(),
                line["opted_out"].as_bool().unwrap(),
            )
        })
        .collect()
}

async fn show(crm: &Crm, token: &str) -> Value {
    let path = format!("/api/contacts/{}/consent", contact(crm, token).await);
    crm.get(token, &path).await.json()
}

async fn through_service(crm: &Crm, number: u32, to: &str, body: &str, opt_out_type: &str) {
    through(crm, SERVICE, number, to, body, opt_out_type).await;
}

async fn through(crm: &Crm, service: &str, number: u32, to: &str, body: &str, opt_out_type: &str) {
    let sid = sid("SM", number);
    let mut params = vec![
        ("MessageSid", sid.as_str()),
        ("From", SENDER),
        ("To", to),
        ("Body", body),
        ("MessagingServiceSid", service),
    ];
    if !opt_out_type.is_empty() {
        params.push(("OptOutType", opt_out_type));
    }
    let answer = crm.twilio("sms/incoming", &params).await;
    assert_eq!(answer.status, 200);
}

fn out(number: &str) -> (String, bool) {
    (number.to_owned(), true)
}

fn within(number: &str) -> (String, bool) {
    (number.to_owned(), false)
}

on_both_databases! {
    async fn lesson_21_a_stop_to_one_number_leaves_the_other_open(crm: Crm) {
        second_line(&crm).await;
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, " Stop ").await;
        crm.text(&sid("SM", 2), SENDER, BETA_LINE, "Hello").await;
        assert_eq!(lines(&crm, ALPHA).await, [out(ALPHA_LINE), within(SECOND_LINE)]);
        assert_eq!(lines(&crm, BETA).await, [within(BETA_LINE)]);

        let shown = show(&crm, ALPHA).await;
        assert_eq!(shown["lines"][0]["source"], "keyword");
        assert_eq!(shown["lines"][0]["can_opt_in"], false);
        assert!(shown["lines"][0]["reason"].as_str().unwrap().contains("STOP"));
        assert_eq!(shown["history"].as_array().unwrap().len(), 1);
        assert_eq!(shown["history"][0]["opted_out"], true);
        let message = crm.get(ALPHA, "/api/messages").await.items()[0]["id"].clone();
        assert_eq!(shown["history"][0]["message_id"], message);

        crm.text(&sid("SM", 3), SENDER, ALPHA_LINE, "start").await;
        assert_eq!(lines(&crm, ALPHA).await, [within(ALPHA_LINE), within(SECOND_LINE)]);
        assert_eq!(show(&crm, ALPHA).await["history"].as_array().unwrap().len(), 2);
    }

    async fn lesson_21_lines_in_one_messaging_service_share_a_stop(crm: Crm) {
        second_line(&crm).await;
        through_service(&crm, 1, ALPHA_LINE, "Hello", "").await;
        through_service(&crm, 2, SECOND_LINE, "Hello", "").await;
        through_service(&crm, 3, ALPHA_LINE, "arret", "STOP").await;
        assert_eq!(lines(&crm, ALPHA).await, [out(ALPHA_LINE), out(SECOND_LINE)]);
        assert_eq!(show(&crm, ALPHA).await["lines"][1]["source"], "opt_out_type");
        through_service(&crm, 4, SECOND_LINE, "yes", "").await;
        assert_eq!(lines(&crm, ALPHA).await, [within(ALPHA_LINE), within(SECOND_LINE)]);
    }

    async fn a_line_that_left_the_messaging_service_is_on_its_own_again(crm: Crm) {
        second_line(&crm).await;
        through_service(&crm, 1, SECOND_LINE, "Hello", "").await;
        through_service(&crm, 2, ALPHA_LINE, "Stop", "").await;
        assert_eq!(lines(&crm, ALPHA).await, [out(ALPHA_LINE), out(SECOND_LINE)]);
        crm.text(&sid("SM", 3), SENDER, SECOND_LINE, "Hello").await;
        assert_eq!(lines(&crm, ALPHA).await, [out(ALPHA_LINE), within(SECOND_LINE)]);
    }

    async fn a_stop_through_a_service_outlives_the_service(crm: Crm) {
        through_service(&crm, 1, ALPHA_LINE, "Stop", "").await;
        crm.text(&sid("SM", 2), SENDER, ALPHA_LINE, "Hello").await;
        assert_eq!(lines(&crm, ALPHA).await, [out(ALPHA_LINE)], "the line is on its own");
        through(&crm, OTHER_SERVICE, 3, ALPHA_LINE, "Hello", "").await;
        assert_eq!(lines(&crm, ALPHA).await, [out(ALPHA_LINE)], "it is in another service");
        assert_eq!(show(&crm, ALPHA).await["history"].as_array().unwrap().len(), 1);
        through(&crm, OTHER_SERVICE, 4, ALPHA_LINE, "START", "").await;
        assert_eq!(lines(&crm, ALPHA).await, [within(ALPHA_LINE)]);
    }

    async fn a_start_through_a_service_is_for_the_lines_that_are_in_it(crm: Crm) {
        second_line(&crm).await;
        through_service(&crm, 1, ALPHA_LINE, "Stop", "").await;
        through_service(&crm, 2, SECOND_LINE, "Stop", "").await;
        crm.text(&sid("SM", 3), SENDER, ALPHA_LINE, "Hello").await;
        through_service(&crm, 4, SECOND_LINE, "START", "").await;
        assert_eq!(lines(&crm, ALPHA).await, [out(ALPHA_LINE), within(SECOND_LINE)]);
    }

    async fn a_start_through_a_service_leaves_a_stop_that_was_said_to_a_line_alone(crm: Crm) {
        second_line(&crm).await;
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Stop").await;
        through_service(&crm, 2, ALPHA_LINE, "Hello", "").await;
        through_service(&crm, 3, SECOND_LINE, "Stop", "").await;
        through_service(&crm, 4, SECOND_LINE, "START", "").await;
        assert_eq!(lines(&crm, ALPHA).await, [out(ALPHA_LINE), within(SECOND_LINE)]);
    }

    async fn what_twilio_refuses_outlives_the_service(crm: Crm) {
        through_service(&crm, 1, ALPHA_LINE, "Hello", "").await;
        let contact: ContactId = contact(&crm, ALPHA).await.parse().unwrap();
        let company = alpha(&crm).await;
        let line = crm.state.database.lines.lines(company).await.unwrap()[0].id;
        let between = Between { company, line, contact };
        let (db, at) = (&crm.state.database.db, crm.clock.now());
        let refused = Some(MessageId::at(at));
        consent::opted_out(db, between, Source::Refused, at, refused, None).await.unwrap();
        crm.text(&sid("SM", 2), SENDER, ALPHA_LINE, "Hello").await;
        assert_eq!(lines(&crm, ALPHA).await, [out(ALPHA_LINE)]);
    }

    async fn a_yes_counts_only_from_who_is_out(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Yes").await;
        crm.text(&sid("SM", 2), SENDER, ALPHA_LINE, "help").await;
        assert_eq!(show(&crm, ALPHA).await["history"], json!([]));
        crm.text(&sid("SM", 3), SENDER, ALPHA_LINE, "OPTOUT").await;
        // It was an ordinary text then, and coming late again does not make it more.
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Yes").await;
        assert_eq!(lines(&crm, ALPHA).await, [out(ALPHA_LINE)]);
        crm.text(&sid("SM", 4), SENDER, ALPHA_LINE, "Yes").await;
        assert_eq!(lines(&crm, ALPHA).await, [within(ALPHA_LINE)]);
    }

    async fn a_repeated_stop_does_not_undo_a_start(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "STOP").await;
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "STOP").await;
        crm.clock.advance(SignedDuration::from_secs(60));
        crm.text(&sid("SM", 2), SENDER, ALPHA_LINE, "UNSTOP").await;
        crm.clock.advance(SignedDuration::from_secs(60));
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "STOP").await;
        assert_eq!(lines(&crm, ALPHA).await, [within(ALPHA_LINE)]);
        assert_eq!(show(&crm, ALPHA).await["history"].as_array().unwrap().len(), 2);
    }

    async fn what_twilio_refuses_with_21610_is_a_stop(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
        let contact: ContactId = contact(&crm, ALPHA).await.parse().unwrap();
        let company = alpha(&crm).await;
        let line = crm.state.database.lines.lines(company).await.unwrap()[0].id;
        let between = Between { company, line, contact };
        let db = &crm.state.database.db;
        let at = crm.clock.now();
        for _ in 0..2 {
            let refused = Some(MessageId::at(at));
            consent::opted_out(db, between, Source::Refused, at, refused, None).await.unwrap();
        }
        let shown = show(&crm, ALPHA).await;
        assert_eq!(shown["lines"][0]["source"], "refused");
        assert_eq!(shown["history"].as_array().unwrap().len(), 1);
        assert!(consent::state(db, between).await.unwrap().refusal().is_some());
        crm.text(&sid("SM", 2), SENDER, ALPHA_LINE, "START").await;
        assert_eq!(consent::state(db, between).await.unwrap().refusal(), None);
    }

    async fn a_refusal_that_is_reported_late_or_again_does_not_undo_a_start(crm: Crm) {
        let pass = || crm.clock.advance(SignedDuration::from_secs(60));
        let asks = async |body: &str| {
            let id = crm.want(SENDER, body).await;
            crm.work().await;
            (id, crm.fake().messages().pop().unwrap().sid)
        };
        let refused = async |(id, sid): &(String, MessageSid)| {
            let params = [
                ("MessageSid", sid.as_str()),
                ("MessageStatus", "undelivered"),
                ("ErrorCode", "21610"),
                ("From", ALPHA_LINE),
                ("To", SENDER),
            ];
            assert_eq!(crm.twilio(&format!("sms/status/{id}"), &params).await.status, 204);
        };
        let first = asks("One").await;
        pass();
        refused(&first).await;
        assert_eq!(lines(&crm, ALPHA).await, [out(ALPHA_LINE)]);
        pass();
        crm.text(&sid("SM", 0xfff1), SENDER, ALPHA_LINE, "START").await;
        assert_eq!(lines(&crm, ALPHA).await, [within(ALPHA_LINE)]);
        pass();
        refused(&first).await;
        assert_eq!(lines(&crm, ALPHA).await, [within(ALPHA_LINE)], "it is reported again");
        // The START comes before the first report does.
        let second = asks("Two").await;
        pass();
        crm.text(&sid("SM", 0xfff2), SENDER, ALPHA_LINE, "START").await;
        pass();
        refused(&second).await;
        assert_eq!(lines(&crm, ALPHA).await, [within(ALPHA_LINE)], "it was asked before");
        assert_eq!(show(&crm, ALPHA).await["history"].as_array().unwrap().len(), 2);
        // What is refused after that counts.
        pass();
        let third = asks("Three").await;
        refused(&third).await;
        assert_eq!(lines(&crm, ALPHA).await, [out(ALPHA_LINE)]);
    }

    async fn a_person_opts_out_and_in_but_never_undoes_a_stop(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
        let path = format!("/api/contacts/{}/consent", contact(&crm, ALPHA).await);
        let put = async |body: Value| crm.put(ALPHA, &path, &body).await;
        let shown = put(json!({ "opted_out": true })).await.json();
        assert_eq!(shown["lines"][0]["source"], "person");
        assert_eq!(shown["lines"][0]["can_opt_in"], true);
        let line = shown["lines"][0]["line_id"].clone();
        let shown = put(json!({ "opted_out": false, "line_id": line })).await.json();
        assert_eq!(shown["lines"][0]["opted_out"], false);
        assert_eq!(shown["history"].as_array().unwrap().len(), 2);

        put(json!({ "opted_out": true })).await.json();
        // An answer to something else: the contact has never said no.
        crm.text(&sid("SM", 9), SENDER, ALPHA_LINE, "yes").await;
        assert_eq!(lines(&crm, ALPHA).await, [out(ALPHA_LINE)]);
        crm.text(&sid("SM", 2), SENDER, ALPHA_LINE, "stop").await;
        let problem = put(json!({ "opted_out": false })).await.problem(409);
        assert!(problem["detail"].as_str().unwrap().contains("START"));
        assert_eq!(lines(&crm, ALPHA).await, [out(ALPHA_LINE)]);
        crm.text(&sid("SM", 3), SENDER, ALPHA_LINE, "start").await;
        assert_eq!(lines(&crm, ALPHA).await, [within(ALPHA_LINE)]);

        let sql = "select action from audit_log order by id";
        let entries = crm.state.database.db.rows(sql, Vec::new()).await.unwrap();
        assert_eq!(entries.len(), 4);
        assert_eq!(entries[0].get::<String>("action").unwrap(), "consent.changed");
    }

    async fn consent_of_another_company_is_not_found(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
        crm.text(&sid("SM", 2), SENDER, BETA_LINE, "Hello").await;
        let alphas = format!("/api/contacts/{}/consent", contact(&crm, ALPHA).await);
        crm.get(BETA, &alphas).await.problem(404);
        let body = json!({ "opted_out": true });
        crm.put(BETA, &alphas, &body).await.problem(404);
        let line = show(&crm, BETA).await["lines"][0]["line_id"].clone();
        let body = json!({ "opted_out": true, "line_id": line });
        crm.put(ALPHA, &alphas, &body).await.problem(404);
        let body = json!({ "opted_out": true, "line_id": Uuid::now_v7() });
        crm.put(ALPHA, &alphas, &body).await.problem(404);
        for body in [json!({}), json!({ "opted_out": "yes" }), json!({ "opted_out": true, "x": 1 })] {
            crm.put(ALPHA, &alphas, &body).await.problem(400);
        }
        assert_eq!(lines(&crm, BETA).await, [within(BETA_LINE)]);
    }

    async fn a_contact_that_was_erased_comes_back_without_consent(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
        let contact: ContactId = contact(&crm, ALPHA).await.parse().unwrap();
        let company = alpha(&crm).await;
        let line = crm.state.database.lines.lines(company).await.unwrap()[0].id;
        let between = Between { company, line, contact };
        let scopes = [ALPHA_LINE.to_owned(), SERVICE.to_owned()];
        let mut tx = crm.state.database.db.begin().await.unwrap();
        consent::restore(&mut tx, company, contact, &scopes, crm.clock.now()).await.unwrap();
        let consent = consent::state_in(&mut tx, between).await.unwrap();
        tx.commit().await.unwrap();
        assert!(consent.opted_out && !consent.can_opt_in());
        through_service(&crm, 2, ALPHA_LINE, "START", "START").await;
        assert_eq!(lines(&crm, ALPHA).await, [within(ALPHA_LINE)]);
    }

    async fn two_statements_at_once_leave_one_state(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
        let (stop, again, start) = (sid("SM", 2), sid("SM", 2), sid("SM", 3));
        tokio::join!(
            crm.text(&stop, SENDER, ALPHA_LINE, "STOP"),
            crm.text(&again, SENDER, ALPHA_LINE, "STOP"),
            crm.text(&start, SENDER, ALPHA_LINE, "START"),
        );
        let shown = show(&crm, ALPHA).await;
        let history = shown["history"].as_array().unwrap();
        let last = history.iter().map(|entry| &entry["opted_out"]).next().unwrap();
        assert_eq!(shown["lines"][0]["opted_out"], *last);
    }
}

in_a_world! {
    async fn a_stop_outlives_the_line_that_heard_it(world: World) {
        let crm = &world.crm;
        let add = async || {
            let account = world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
            (account, world.add_line(ALPHA, ALPHA_ACCOUNT, ALPHA_NUMBER).await)
        };
        let (account, first) = add().await;
        let message = sid("SM", 1);
        let stop = [
            ("MessageSid", message.as_str()),
            ("From", SENDER),
            ("To", ALPHA_NUMBER),
            ("Body", "STOP"),
        ];
        let stop = signed_by(ALPHA_ACCOUNT, ALPHA_TOKEN, "sms/incoming", &stop);
        assert_eq!(crm.send(stop).await.status, 200);
        assert_eq!(lines(crm, ALPHA).await, [within(ALPHA_LINE), out(ALPHA_NUMBER)]);

        let path = format!("/api/twilio-accounts/{account}?release=true");
        assert_eq!(crm.delete(ALPHA, &path).await.json()["lines"], 1);
        let (account, second) = add().await;
        assert_ne!(first, second);
        assert_eq!(lines(crm, ALPHA).await, [within(ALPHA_LINE), out(ALPHA_NUMBER)]);

        // Also if the contact was erased meanwhile.
        let path = format!("/api/contacts/{}", contact(crm, ALPHA).await);
        assert_eq!(crm.delete(ALPHA, &path).await.status, 204);
        let path = format!("/api/twilio-accounts/{account}?release=true");
        crm.delete(ALPHA, &path).await.json();
        add().await;
        crm.post(ALPHA, "/api/contacts", &json!({ "address": SENDER })).await.json_with(201);
        assert_eq!(lines(crm, ALPHA).await, [within(ALPHA_LINE), out(ALPHA_NUMBER)]);
    }
}

#[tokio::test]
async fn a_stop_that_came_before_the_line_had_an_owner_counts_from_then() {
    let first = format!("operator_token = {OPERATOR:?}");
    let crm = Crm::start_with(&first).await;
    crm.text(&sid("SM", 1), SENDER, SECOND_LINE, "STOP").await;
    let before = Timestamp::now();
    second_line(&crm).await;
    crm.post(OPERATOR, "/api/operator/reroute", &json!({}))
        .await
        .json();
    let shown = show(&crm, ALPHA).await;
    assert_eq!(shown["lines"][1]["opted_out"], true);
    let since = shown["lines"][1]["since"].as_str().unwrap();
    assert!(since.parse::<Timestamp>().unwrap() <= before);
}
