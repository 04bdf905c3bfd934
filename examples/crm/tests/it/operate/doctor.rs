//! `crm doctor`: each fault is planted, and the right cause is named.

use crm::{operate::doctor::Level, secret::Secret};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use twilio_hooks::{
    LineId,
    client::{
        AccountStatus, CreateApplication, CreateMessagingService, UpdateIncomingPhoneNumber,
        UpdateMessagingService, WebhookMethod,
    },
    store::Line,
    testing::FakeTwilio,
};

use super::{
    Binary,
    patient::{Patient, on_both},
};
use crate::support::{ALPHA_LINE, AUTH_TOKEN, OPERATOR, Storage, config};

const OTHERS: &str = "https://example.com/theirs";

#[tokio::test]
async fn nothing_is_found_where_nothing_is_wrong() {
    for patient in on_both().await {
        patient.expect(&[]).await;
        let findings = patient.examine().await;
        let fine = findings.iter().filter(|it| it.level == Level::Fine);
        let fine: Vec<_> = fine.map(|it| &*it.code).collect();
        for code in [
            "configuration",
            "database",
            "clock",
            "certificate",
            "public_url",
            "proxy",
            "account",
            "line",
            "last_webhook",
            "refused_none",
        ] {
            assert!(fine.contains(&code), "{code}: {fine:?}");
        }
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_database_is_named() {
    for patient in on_both().await {
        patient
            .sql("update _crm_migrations set checksum = (select checksum from _crm_migrations where version = 1) where version = 2")
            .await;
        patient.expect(&["database_newer"]).await;
        patient
            .sql("delete from _crm_migrations where version > 1")
            .await;
        patient.expect(&["database_older"]).await;
    }
    for mut patient in on_both().await {
        patient
            .sql(
                "insert into secrets (company_id, object, field, key_id, sealed, set_at)
                  select it.id, 'AC1', 'auth_token', 'gone', it.secret, it.created_at
                  from (select companies.id, companies.created_at, server_marker.secret
                        from companies, server_marker where name = 'Alpha') it",
            )
            .await;
        patient.expect(&["secrets_sealed"]).await;
        patient.sql("delete from secrets").await;
        patient.sql("delete from webhooks").await;
        patient.expect(&["no_webhook_yet"]).await;
        let gone = match &patient.storage {
            Storage::Sqlite(_) => "sqlite:/no/such/directory/crm.sqlite".to_owned(),
            Storage::Postgres(_) => "postgres://crm:hunter2@127.0.0.1:1/crm".to_owned(),
        };
        patient.config.database_url = Secret::new(&gone);
        let found = patient.examine().await;
        let found = found
            .iter()
            .find(|it| it.code == "database_unreachable")
            .unwrap();
        assert!(!found.cause.contains("hunter2"), "{found:?}");
    }
}

#[tokio::test]
async fn a_database_that_can_only_be_read_is_named() {
    let mut patient = Patient::new(Storage::sqlite()).await;
    let url = format!("{}?mode=ro", patient.storage.url());
    patient.config.database_url = Secret::new(&url);
    patient.expect(&["database_read_only"]).await;

    let mut patient = Patient::new(Storage::postgres().await).await;
    let separator = if patient.storage.url().contains('?') {
        '&'
    } else {
        '?'
    };
    let url = format!(
        "{}{separator}options=-c%20default_transaction_read_only%3Don",
        patient.storage.url()
    );
    patient.config.database_url = Secret::new(&url);
    patient.expect(&["database_read_only"]).await;
}

#[tokio::test]
async fn b4_what_is_wrong_with_an_account_is_named() {
    let mut patient = Patient::new(Storage::sqlite()).await;
    let right = Secret::new(patient.fake.auth_token());
    let wrong = Secret::new("another-token");
    for (tokens, code) in [
        (vec![wrong.clone()], "token_refused"),
        (vec![wrong.clone(), right.clone()], "token_rotated"),
        (vec![right.clone(), wrong], "token_old"),
    ] {
        patient.config.accounts[0].auth_tokens = tokens;
        patient.expect(&[code]).await;
    }
    patient.config.accounts[0].auth_tokens = vec![right];
    patient.fake.set_account_status(&AccountStatus::Suspended);
    patient.expect(&["account_suspended"]).await;
    patient.fake.set_account_status(&AccountStatus::Closed);
    patient.expect(&["account_closed"]).await;
    patient.fake.set_account_status(&AccountStatus::Active);
    patient.sql("delete from line_settings").await;
    patient.sql("delete from lines").await;
    patient.expect(&["no_lines"]).await;
}

/// Regions have tokens of their own.
#[tokio::test]
async fn b4_a_token_of_another_region_is_named() {
    let mut patient = Patient::new(Storage::sqlite()).await;
    patient
        .sql(
            "insert into twilio_accounts (id, company_id, account_sid, region, created_at,
                 verified_at, revision)
             select id, company_id, account_sid, 'ie1', '2026-11-23T15:00:00.000000Z',
                 '2026-11-23T15:00:00.000000Z', 1
             from lines limit 1",
        )
        .await;
    patient.config.accounts[0].auth_tokens = vec![Secret::new("the-token-of-us1")];
    patient.expect(&["token_refused_in_region"]).await;
}

#[tokio::test]
async fn twilio_and_the_clock_are_looked_at() {
    let mut patient = Patient::new(Storage::sqlite()).await;
    let now = patient.clock.now();
    for (minutes, codes) in [
        (10, &["clock_wrong"][..]),
        (-10, &["clock_wrong"]),
        (2, &["clock_off"]),
        (0, &[]),
    ] {
        patient
            .fake
            .say_date(now + SignedDuration::from_mins(minutes));
        patient.expect(codes).await;
    }
    patient.config.twilio_api_url = Some("http://127.0.0.1:1".to_owned());
    patient
        .expect(&["twilio_unreachable", "account_unreachable"])
        .await;
}

/// Everything that makes a number silent.
#[tokio::test]
async fn b8_the_cause_of_a_silent_number_is_named() {
    let patient = Patient::new(Storage::sqlite()).await;
    let number = UpdateIncomingPhoneNumber::new;
    let client = patient.fake.client();
    let theirs = CreateApplication::new().voice_url(OTHERS).sms_url(OTHERS);
    let application = client.applications().create(theirs).await.unwrap().sid;
    for (change, codes) in [
        (number().sms_url(""), &["webhook_not_set"][..]),
        (number().sms_url(OTHERS), &["webhook_url_mismatch"]),
        (
            number().sms_method(WebhookMethod::Get),
            &["webhook_wrong_http_method"],
        ),
        (number().status_callback(""), &["webhook_not_set"]),
        (
            number().sms_application_sid(application),
            &["webhook_overridden_by_application"],
        ),
        (
            number().trunk_sid("TK00000000000000000000000000000001"),
            &["webhook_overridden_by_trunk", "webhook_overridden_by_trunk"],
        ),
    ] {
        patient.number(change).await;
        patient.expect(codes).await;
        patient.set_up().await;
        patient.expect(&[]).await;
    }
    let services = client.messaging_services();
    let pool = CreateMessagingService::new("Pool").inbound_request_url(OTHERS);
    let pool = services.create(pool).await.unwrap().sid;
    services
        .add_phone_number(&pool, &patient.fake.phone_numbers()[0].sid)
        .await
        .unwrap();
    patient
        .expect(&["webhook_overridden_by_messaging_service"])
        .await;
    let by_number = UpdateMessagingService::new().use_inbound_webhook_on_number(true);
    services.update(&pool, by_number).await.unwrap();
    patient.expect(&[]).await;
    let companies = patient.state.database.settings.companies().await.unwrap();
    let now = patient.clock.now();
    for address in [pool.as_str(), "+12065550199"] {
        let id = LineId::at(now);
        let line = Line::new(id, patient.fake.account_sid(), address, companies[0].id);
        patient.state.database.lines.put_line(&line).await.unwrap();
    }
    patient
        .expect(&["number_not_in_account", "webhook_overridden_by_number"])
        .await;
}

#[tokio::test]
async fn unrouted_and_refused_webhooks_are_counted() {
    for patient in on_both().await {
        let token = patient.fake.auth_token();
        // What comes in has the time of the system.
        patient.clock.set(Timestamp::now());
        patient.fake.say_date(patient.clock.now());
        assert_eq!(patient.text(2, "+12065550111", token).await, 200);
        patient.expect(&["unrouted"]).await;
        assert_eq!(patient.text(3, ALPHA_LINE, "another-token").await, 403);
        patient.expect(&["unrouted", "refused"]).await;
        let findings = patient.examine().await;
        let refused = findings.iter().find(|it| it.code == "refused").unwrap();
        assert!(refused.cause.contains("1 mismatch"), "{refused:?}");
        patient.clock.advance(SignedDuration::from_hours(25));
        patient.fake.say_date(patient.clock.now());
        patient.expect(&[]).await;
    }
}

/// What scripts see.
#[tokio::test]
async fn scripts_learn_from_exit_code_and_json_what_is_wrong() {
    let binary = Binary::new("colour = \"blue\"");
    let report = binary.run(&["doctor", "--json"]).await.json(2);
    assert_eq!(report["worst"], "fault");
    assert_eq!(report["findings"][0]["code"], "configuration");
    let said = binary.run(&["doctor"]).await;
    assert!(said.output.contains("unknown field `colour`"), "{said:?}");

    let fake = FakeTwilio::start().await.unwrap();
    let first = format!(
        "twilio_api_url = {:?}\noperator_token = {OPERATOR:?}",
        fake.base_url()
    );
    let binary = Binary::new(&config(&first, "sqlite:crm.sqlite"));
    let check = ["migrate", "--check"];
    assert!(binary.run(&check).await.error().contains("can't be opened"));
    let report = binary.run(&["doctor", "--json"]).await.json(2);
    let codes = |report: &Value| {
        let findings = report["findings"].as_array().unwrap().clone();
        findings
            .iter()
            .map(|it| it["code"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(codes(&report).contains(&"database_unreachable".to_owned()));
    assert!(
        binary
            .run(&["migrate"])
            .await
            .ok()
            .contains("migrations were missing")
    );
    assert!(
        binary
            .run(&check)
            .await
            .ok()
            .contains("migrations are there")
    );
    assert!(binary.run(&["migrate"]).await.ok().starts_with("0 "));
    let report = binary.run(&["doctor", "--json"]).await.json(2);
    assert!(codes(&report).contains(&"token_refused".to_owned()));
    assert!(!report.to_string().contains(AUTH_TOKEN));

    // It only looks: no server has made itself a marker.
    let url = format!("sqlite:{}", binary.directory.join("crm.sqlite").display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    let sql = "select count(*) from server_marker";
    let markers: i64 = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
    assert_eq!(markers, 0);
}
