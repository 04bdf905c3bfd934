//! Twilio accounts of companies: adding them, their secrets at rest, and whose webhooks are believed.

use axum::body::Body;
use crm::{
    app::{AppState, app},
    config::Config,
    database::{Database, Db},
    sealed::{Keyring, Vault},
    secret::Secret,
};
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use serde_json::json;
use tower::ServiceExt as _;

use crate::{
    logs,
    support::{
        ACCOUNT, ALPHA, ALPHA_LINE, AUTH_TOKEN, BETA, BETA_LINE, Crm, SENDER, Storage, TempDir,
        config, sid, signed_by,
    },
    twilios::{
        ALPHA_ACCOUNT, ALPHA_KEY, ALPHA_NUMBER, ALPHA_TOKEN, BETA_ACCOUNT, BETA_NUMBER, BETA_TOKEN,
        KEY, World, in_a_world,
    },
};

const ACCOUNTS: &str = "/api/twilio-accounts";
const SECOND: &str = "the-secondary-token-of-alpha";
const NEW_KEY: &str = "new:Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";

/// Alpha's account with everything that can be secret.
fn everything() -> serde_json::Value {
    json!({
        "account_sid": ALPHA_ACCOUNT,
        "auth_token": ALPHA_TOKEN,
        "secondary_auth_token": SECOND,
        "api_key_sid": ALPHA_KEY.0,
        "api_key_secret": ALPHA_KEY.1,
    })
}

const SECRETS: [&str; 3] = [ALPHA_TOKEN, SECOND, ALPHA_KEY.1];

in_a_world! {
    async fn an_account_is_added_and_its_secrets_are_never_shown(world: World) {
        let World { crm, twilio } = &world;
        twilio.set_tokens(ALPHA_ACCOUNT, &[ALPHA_TOKEN, SECOND]);
        let added = crm.post(ALPHA, ACCOUNTS, &everything()).await;
        let account = added.json_with(201);
        assert_eq!(account["account_sid"], ALPHA_ACCOUNT);
        assert_eq!(account["friendly_name"], "A made-up account");
        assert_eq!(account["api_key_ends_with"], "1fa1");
        assert_eq!(account["auth_token"]["set_at"], "2026-11-23T15:00:00Z");
        assert_eq!(account["verified_at"], "2026-11-23T15:00:00Z");
        let path = format!("{ACCOUNTS}/{}", account["id"].as_str().unwrap());
        for answer in [added, crm.get(ALPHA, ACCOUNTS).await, crm.get(ALPHA, &path).await] {
            for secret in SECRETS.iter().chain(&[ALPHA_KEY.0]) {
                assert!(!answer.body.contains(secret), "{answer:?}");
            }
        }
        assert!(crm.get(BETA, ACCOUNTS).await.items().is_empty());
        assert_eq!(world.text(1, ALPHA_ACCOUNT, ALPHA_TOKEN, ALPHA_NUMBER).await, 200);
    }

    async fn the_field_that_twilio_refuses_is_named(world: World) {
        let crm = &world.crm;
        let good = json!({"account_sid": ALPHA_ACCOUNT, "auth_token": ALPHA_TOKEN});
        let mut cases = vec![];
        for (field, value, named) in [
            ("account_sid", json!("AC1"), "account_sid"),
            ("account_sid", json!(BETA_ACCOUNT), "auth_token"),
            ("auth_token", json!("made-up"), "auth_token"),
            ("auth_token", json!(" "), "auth_token"),
            ("secondary_auth_token", json!("made-up"), "secondary_auth_token"),
            ("api_key_secret", json!("made-up"), "api_key_sid"),
            ("api_key_sid", json!(ALPHA_KEY.0), "api_key_secret"),
        ] {
            let mut body = good.clone();
            body[field] = value;
            cases.push((body, named));
        }
        let mut wrong_key = everything();
        wrong_key["secondary_auth_token"] = json!(null);
        wrong_key["api_key_secret"] = json!("made-up");
        cases.push((wrong_key.clone(), "api_key_secret"));
        wrong_key["api_key_sid"] = json!("SK1");
        cases.push((wrong_key, "api_key_sid"));
        for (body, named) in cases {
            let problem = crm.post(ALPHA, ACCOUNTS, &body).await.problem(422);
            assert_eq!(problem["field"], named, "{problem}");
            assert!(!problem.to_string().contains("made-up"), "{problem}");
        }
        assert!(crm.get(ALPHA, ACCOUNTS).await.items().is_empty());
        let mut unknown = good;
        unknown["colour"] = json!("blue");
        crm.post(ALPHA, ACCOUNTS, &unknown).await.problem(400);
    }

    async fn while_twilio_is_down_nothing_is_saved(world: World) {
        let World { crm, twilio } = &world;
        twilio.set_down(true);
        let body = json!({"account_sid": ALPHA_ACCOUNT, "auth_token": ALPHA_TOKEN});
        crm.post(ALPHA, ACCOUNTS, &body).await.problem(502);
        assert!(crm.get(ALPHA, ACCOUNTS).await.items().is_empty());
        assert_eq!(world.text(1, ALPHA_ACCOUNT, ALPHA_TOKEN, ALPHA_NUMBER).await, 403);
        twilio.set_down(false);
        crm.post(ALPHA, ACCOUNTS, &body).await.json_with(201);
    }

    /// Naming somebody's account gives nothing, neither before its owner adds it nor after.
    async fn an_account_belongs_to_whoever_has_its_token(world: World) {
        let crm = &world.crm;
        let grab = json!({"account_sid": ALPHA_ACCOUNT, "auth_token": "made-up"});
        crm.post(BETA, ACCOUNTS, &grab).await.problem(422);
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let before = crm.post(BETA, ACCOUNTS, &grab).await.problem(422);
        // It is not to be told from one that nobody has added.
        let nobodys = json!({"account_sid": BETA_ACCOUNT, "auth_token": "made-up"});
        assert_eq!(crm.post(BETA, ACCOUNTS, &nobodys).await.problem(422), before);
        assert_eq!(world.text(1, ALPHA_ACCOUNT, "made-up", ALPHA_NUMBER).await, 403);
        let known = json!({"account_sid": ALPHA_ACCOUNT, "auth_token": ALPHA_TOKEN});
        let problem = crm.post(BETA, ACCOUNTS, &known).await.problem(409);
        assert!(!problem.to_string().contains("Alpha"), "{problem}");
        crm.post(ALPHA, ACCOUNTS, &known).await.problem(409);
        let of_operator = json!({"account_sid": ACCOUNT, "auth_token": AUTH_TOKEN});
        crm.post(ALPHA, ACCOUNTS, &of_operator).await.problem(409);
        let of_operator = json!({"account_sid": ACCOUNT, "auth_token": "made-up"});
        crm.post(ALPHA, ACCOUNTS, &of_operator).await.problem(422);
    }

    async fn b4_a_subaccount_signs_with_its_own_token(world: World) {
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        world.add_account(BETA, BETA_ACCOUNT, BETA_TOKEN).await;
        assert_eq!(world.text(1, ALPHA_ACCOUNT, ALPHA_TOKEN, ALPHA_NUMBER).await, 200);
        assert_eq!(world.text(2, ALPHA_ACCOUNT, BETA_TOKEN, ALPHA_NUMBER).await, 403);
        assert_eq!(world.text(3, ALPHA_ACCOUNT, AUTH_TOKEN, ALPHA_NUMBER).await, 403);
        // The configuration's account goes on as before.
        assert_eq!(world.text(4, ACCOUNT, AUTH_TOKEN, ALPHA_LINE).await, 200);
        assert_eq!(world.text(5, ACCOUNT, ALPHA_TOKEN, ALPHA_LINE).await, 403);
    }

    async fn b4_both_tokens_are_good_while_they_are_changed(world: World) {
        let World { crm, twilio } = &world;
        let id = world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let path = format!("{ACCOUNTS}/{id}");
        assert_eq!(world.text(1, ALPHA_ACCOUNT, SECOND, ALPHA_NUMBER).await, 403);
        let second = json!({"secondary_auth_token": SECOND});
        crm.patch(ALPHA, &path, &second).await.problem(422);
        twilio.set_tokens(ALPHA_ACCOUNT, &[ALPHA_TOKEN, SECOND]);
        let promote = json!({"promote": true});
        crm.patch(ALPHA, &path, &promote).await.problem(409);
        crm.patch(ALPHA, &path, &second).await.json();
        for (number, token) in [(2, ALPHA_TOKEN), (3, SECOND)] {
            assert_eq!(world.text(number, ALPHA_ACCOUNT, token, ALPHA_NUMBER).await, 200);
        }
        // Not before Twilio has changed, or all its webhooks would be refused.
        let problem = crm.patch(ALPHA, &path, &promote).await.problem(409);
        assert!(problem["detail"].as_str().unwrap().contains("promote"), "{problem}");
        twilio.set_tokens(ALPHA_ACCOUNT, &[SECOND]);
        let account = crm.patch(ALPHA, &path, &promote).await.json();
        assert!(account["secondary_auth_token"].is_null(), "{account}");
        assert_eq!(world.text(4, ALPHA_ACCOUNT, SECOND, ALPHA_NUMBER).await, 200);
        assert_eq!(world.text(5, ALPHA_ACCOUNT, ALPHA_TOKEN, ALPHA_NUMBER).await, 403);
    }

    async fn b4_requests_go_by_the_api_key_and_signatures_by_the_token(world: World) {
        let World { crm, twilio } = &world;
        let id = world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let path = format!("{ACCOUNTS}/{id}");
        let account = ALPHA_ACCOUNT.into();
        let numbers = async || {
            twilio.take_users();
            let client = crm.state.accounts.client(&account).await.unwrap();
            let list = client.incoming_phone_numbers().list(Default::default());
            assert_eq!(list.all().await.unwrap().len(), 1);
            twilio.take_users()
        };
        assert_eq!(numbers().await, [ALPHA_ACCOUNT]);
        let key = json!({"api_key_sid": ALPHA_KEY.0, "api_key_secret": ALPHA_KEY.1});
        crm.patch(ALPHA, &path, &key).await.json();
        assert_eq!(numbers().await, [ALPHA_KEY.0]);
        assert_eq!(world.text(1, ALPHA_ACCOUNT, ALPHA_TOKEN, ALPHA_NUMBER).await, 200);
        let none = json!({"api_key_sid": null, "api_key_secret": null});
        let view = crm.patch(ALPHA, &path, &none).await.json();
        assert!(view["api_key_secret"].is_null() && view["api_key_ends_with"].is_null());
        assert_eq!(numbers().await, [ALPHA_ACCOUNT]);
        let unknown = "AC000000000000000000000000000000ff".into();
        crm.state.accounts.client(&unknown).await.unwrap_err();
    }

    /// A key of one company's account opens nothing of another's.
    async fn b6_whose_a_message_is_depends_on_the_account_that_signed(world: World) {
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        world.add_account(BETA, BETA_ACCOUNT, BETA_TOKEN).await;
        world.add_line(BETA, BETA_ACCOUNT, BETA_NUMBER).await;
        // Alpha's account signs for Beta's numbers, from a number that Beta knows.
        assert_eq!(world.text(1, BETA_ACCOUNT, BETA_TOKEN, BETA_NUMBER).await, 200);
        for (number, to) in [(2, BETA_NUMBER), (3, BETA_LINE)] {
            assert_eq!(world.text(number, ALPHA_ACCOUNT, ALPHA_TOKEN, to).await, 200);
        }
        assert_eq!(world.messages(BETA).await, 1);
        assert_eq!(world.messages(ALPHA).await, 0);
        let contacts = world.crm.get(ALPHA, "/api/contacts").await.items();
        assert!(contacts.is_empty(), "{contacts:?}");
        // Nor can the status of Beta's message be changed from there.
        let message = sid("SM", 1);
        let status = [("MessageSid", &*message), ("MessageStatus", "failed"), ("From", BETA_NUMBER)];
        let forged = signed_by(ALPHA_ACCOUNT, ALPHA_TOKEN, "sms/status", &status);
        assert!(world.crm.send(forged).await.status < 300);
        let messages = world.crm.get(BETA, "/api/messages").await.items();
        assert_eq!(messages[0]["status"], "received");
    }

    async fn a_change_counts_at_once_here_and_a_second_later_elsewhere(world: World) {
        let World { crm, twilio } = &world;
        let id = world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let other = Database::connect(&crm.config.database_url).await.unwrap();
        let (other, _) = AppState::with_clock(&crm.config, other, crm.clock.clone())
            .await
            .unwrap();
        let elsewhere = async |number, token| {
            let message = sid("SM", number);
            let params = [("MessageSid", &*message), ("From", SENDER), ("To", ALPHA_NUMBER)];
            let request = signed_by(ALPHA_ACCOUNT, token, "sms/incoming", &params);
            app(other.clone()).oneshot(request).await.unwrap().status().as_u16()
        };
        assert_eq!(elsewhere(1, ALPHA_TOKEN).await, 200);
        twilio.set_tokens(ALPHA_ACCOUNT, &[SECOND]);
        let change = json!({"auth_token": SECOND});
        crm.patch(ALPHA, &format!("{ACCOUNTS}/{id}"), &change).await.json();
        assert_eq!(world.text(2, ALPHA_ACCOUNT, SECOND, ALPHA_NUMBER).await, 200);
        assert_eq!(world.text(3, ALPHA_ACCOUNT, ALPHA_TOKEN, ALPHA_NUMBER).await, 403);
        crm.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(elsewhere(4, SECOND).await, 200);
        assert_eq!(elsewhere(5, ALPHA_TOKEN).await, 403);
        crm.delete(ALPHA, &format!("{ACCOUNTS}/{id}")).await.json();
        assert_eq!(world.text(6, ALPHA_ACCOUNT, SECOND, ALPHA_NUMBER).await, 403);
        crm.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(elsewhere(7, SECOND).await, 403);
        other.database.db.close().await;
    }

    async fn callers_hear_an_answer_while_the_database_is_gone(world: World) {
        let crm = &world.crm;
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        world.add_line(ALPHA, ALPHA_ACCOUNT, ALPHA_NUMBER).await;
        crm.state.database.db.close().await;
        let call = |number, token| {
            let call = sid("CA", number);
            let params = [
                ("CallSid", &*call),
                ("From", SENDER),
                ("To", ALPHA_NUMBER),
                ("CallStatus", "ringing"),
                ("Direction", "inbound"),
            ];
            signed_by(ALPHA_ACCOUNT, token, "voice/incoming", &params)
        };
        for number in 1..4 {
            let answer = crm.send(call(number, ALPHA_TOKEN)).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            assert!(answer.body.contains("<Say"), "{answer:?}");
            assert_eq!(crm.send(call(number, "made-up")).await.status, 403);
            // What is known is not fresh any more.
            crm.clock.advance(SignedDuration::from_secs(10));
        }
        // Of an account that was never seen nothing can be known.
        assert_eq!(world.text(9, BETA_ACCOUNT, BETA_TOKEN, BETA_NUMBER).await, 500);
    }

    async fn a_server_that_starts_knows_all_accounts(world: World) {
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        world.add_account(BETA, BETA_ACCOUNT, BETA_TOKEN).await;
        let crm = &world.crm;
        let database = Database::connect(&crm.config.database_url).await.unwrap();
        let (state, _) = AppState::with_clock(&crm.config, database, crm.clock.clone())
            .await
            .unwrap();
        state.database.db.close().await;
        for (account, token) in [(ALPHA_ACCOUNT, ALPHA_TOKEN), (BETA_ACCOUNT, BETA_TOKEN)] {
            let call = [("CallSid", "CA1"), ("From", SENDER), ("To", ALPHA_NUMBER)];
            let request = signed_by(account, token, "voice/incoming", &call);
            let answer = app(state.clone()).oneshot(request).await.unwrap();
            assert_eq!(answer.status(), 200);
        }
    }

    async fn a_dump_of_the_database_has_no_secret(world: World) {
        let World { crm, twilio } = &world;
        twilio.set_tokens(ALPHA_ACCOUNT, &[ALPHA_TOKEN, SECOND]);
        crm.post(ALPHA, ACCOUNTS, &everything()).await.json_with(201);
        let line = world.add_line(ALPHA, ALPHA_ACCOUNT, ALPHA_NUMBER).await;
        // What was set before has a password, and is remembered.
        let fake = twilio.fake(ALPHA_ACCOUNT);
        let number = fake.phone_numbers()[0].sid.clone();
        let old = twilio_hooks::client::UpdateIncomingPhoneNumber::new()
            .sms_url("https://anna:hunter2hunter2@example.com/sms");
        fake.client().incoming_phone_numbers().update(&number, old).await.unwrap();
        let path = format!("/api/lines/{line}/webhooks");
        let shown = crm.get(ALPHA, &path).await;
        assert!(!shown.body.contains("hunter2"), "{shown:?}");
        crm.post(ALPHA, &format!("{path}/fix"), &json!({"take_over": true})).await.json();
        let dump = dump(crm).await;
        assert!(dump.len() > 1000 && dump.contains(ALPHA_ACCOUNT));
        for secret in SECRETS.iter().chain(&["hunter2hunter2", &KEY[5..]]) {
            let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            assert!(!dump.contains(secret) && !dump.contains(&hex), "{secret}");
        }
        let log = logs::logged();
        assert!(log.contains("/api/twilio-accounts"), "{log}");
        for secret in SECRETS.iter().chain(&["hunter2hunter2", &KEY[5..], ALPHA_KEY.0]) {
            assert!(!log.contains(secret), "{secret} is in {log}");
        }
        // And put back as it was.
        crm.post(ALPHA, &format!("{path}/release"), &json!({})).await.json();
        let url = fake.phone_numbers()[0].sms_url.clone();
        assert_eq!(url.as_deref(), Some("https://anna:hunter2hunter2@example.com/sms"));
    }

    async fn a_secret_in_another_row_does_not_open(world: World) {
        let crm = &world.crm;
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        world.add_account(BETA, BETA_ACCOUNT, BETA_TOKEN).await;
        // Whoever can write to the database gives Beta's account a token that they know.
        let sql = "update secrets set sealed = (
                       select sealed from secrets where object = $1 and field = 'auth_token')
                   where object = $2";
        let args = crm::args![ALPHA_ACCOUNT, BETA_ACCOUNT];
        crm.state.database.db.execute(sql, args).await.unwrap();
        let vault = vault(crm, &[KEY]);
        vault.check().await.unwrap_err();
        let error = start(crm, &[KEY]).await.unwrap_err();
        assert!(format!("{error:#}").contains("encryption_keys"), "{error:#}");
    }

    async fn secrets_need_their_key_and_can_be_sealed_anew(world: World) {
        let World { crm, twilio } = &world;
        twilio.set_tokens(ALPHA_ACCOUNT, &[ALPHA_TOKEN, SECOND]);
        crm.post(ALPHA, ACCOUNTS, &everything()).await.json_with(201);
        for keys in [&[][..], &[NEW_KEY][..]] {
            let error = format!("{:#}", start(crm, keys).await.unwrap_err());
            assert!(error.contains("can't be opened"), "{error}");
            assert!(!error.contains(&NEW_KEY[4..]), "{error}");
            vault(crm, keys).reseal().await.unwrap_err();
        }
        start(crm, &[NEW_KEY, KEY]).await.unwrap();
        let both = vault(crm, &[NEW_KEY, KEY]);
        assert_eq!(both.reseal().await.unwrap(), 3);
        assert_eq!(both.reseal().await.unwrap(), 0);
        let state = start(crm, &[NEW_KEY]).await.unwrap();
        let text = [("MessageSid", "SM1"), ("From", SENDER), ("To", ALPHA_NUMBER)];
        let request = signed_by(ALPHA_ACCOUNT, ALPHA_TOKEN, "sms/incoming", &text);
        assert_eq!(app(state).oneshot(request).await.unwrap().status(), 200);
        start(crm, &[KEY]).await.unwrap_err();
    }

    async fn an_account_goes_when_its_lines_are_gone(world: World) {
        let crm = &world.crm;
        let id = world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let path = format!("{ACCOUNTS}/{id}");
        world.add_line(ALPHA, ALPHA_ACCOUNT, ALPHA_NUMBER).await;
        assert_eq!(world.text(1, ALPHA_ACCOUNT, ALPHA_TOKEN, ALPHA_NUMBER).await, 200);
        crm.delete(ALPHA, &path).await.problem(409);
        let removed = crm.delete(ALPHA, &format!("{path}?release=true")).await.json();
        assert_eq!(removed, json!({"lines": 1, "not_released": []}));
        crm.get(ALPHA, &path).await.problem(404);
        assert_eq!(world.messages(ALPHA).await, 1, "what came over it stays");
        let left = crm.state.database.db.rows("select field from secrets", vec![]).await.unwrap();
        assert!(left.is_empty());
        // It can be added again, by whoever has it now.
        world.add_account(BETA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
    }

    async fn what_people_do_with_credentials_is_on_the_audit_log(world: World) {
        let World { crm, twilio } = &world;
        let id = world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let path = format!("{ACCOUNTS}/{id}");
        twilio.set_tokens(ALPHA_ACCOUNT, &[SECOND]);
        crm.patch(ALPHA, &path, &json!({"auth_token": SECOND})).await.json();
        crm.delete(ALPHA, &path).await.json();
        let sql = "select action, object_kind, details from audit_log order by id";
        let rows = crm.state.database.db.rows(sql, vec![]).await.unwrap();
        let actions: Vec<String> = rows.iter().map(|row| row.get("action").unwrap()).collect();
        let expected = ["twilio_account.added", "twilio_account.changed", "twilio_account.removed"];
        assert_eq!(actions, expected);
        let details: serde_json::Value = rows[1].json("details").unwrap();
        assert_eq!(details["fields"], json!(["auth_token"]));
        assert!(!details.to_string().contains(SECOND));
    }

    async fn another_companys_accounts_are_not_found(world: World) {
        let crm = &world.crm;
        let id = world.add_account(BETA, BETA_ACCOUNT, BETA_TOKEN).await;
        let line = world.add_line(BETA, BETA_ACCOUNT, BETA_NUMBER).await;
        let empty = json!({});
        for path in [
            format!("{ACCOUNTS}/{id}"),
            format!("/api/lines/{line}"),
            format!("/api/lines/{line}/webhooks"),
        ] {
            crm.get(ALPHA, &path).await.problem(404);
        }
        for path in [format!("{ACCOUNTS}/{id}"), format!("/api/lines/{line}")] {
            crm.patch(ALPHA, &path, &empty).await.problem(404);
            crm.delete(ALPHA, &path).await.problem(404);
        }
        for path in [
            format!("/api/lines/{line}/webhooks/fix"),
            format!("/api/lines/{line}/webhooks/release"),
        ] {
            crm.post(ALPHA, &path, &empty).await.problem(404);
        }
        let add = json!({"account_sid": BETA_ACCOUNT, "address": BETA_NUMBER});
        crm.post(ALPHA, "/api/lines", &add).await.problem(404);
        let available = crm.get(ALPHA, "/api/lines/available").await.json();
        assert_eq!(available["items"], json!([]));
    }
}

#[tokio::test]
async fn without_a_key_no_secret_is_stored() {
    let world = World::with_keys(Storage::sqlite(), &[]).await;
    let crm = &world.crm;
    let body = json!({"account_sid": ALPHA_ACCOUNT, "auth_token": ALPHA_TOKEN});
    let problem = crm.post(ALPHA, ACCOUNTS, &body).await.problem(409);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("CRM_ENCRYPTION_KEY"),
        "{problem}"
    );
    assert_eq!(crm.get(ALPHA, ACCOUNTS).await.json()["can_add"], false);
    assert!(world.twilio.take_users().is_empty(), "Twilio is not asked");
    assert_eq!(world.text(1, ACCOUNT, AUTH_TOKEN, ALPHA_LINE).await, 200);
    assert!(logs::logged().contains("no-encryption-key"));
}

#[tokio::test]
async fn a_diagnosis_is_made_with_accounts_of_the_database_too() {
    let world = World::start(Storage::sqlite()).await;
    world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
    let url = "http://crm.example.com/api/webhooks/twilio/sms/incoming";
    let request = twilio_hooks::testing::SignedRequest::post(url)
        .param("AccountSid", ALPHA_ACCOUNT)
        .param("MessageSid", sid("SM", 1))
        .sign(ALPHA_TOKEN)
        .map(Body::from);
    assert_eq!(world.crm.send(request).await.status, 403);
    assert!(logs::logged().contains("\"diagnosis\":\"scheme\""));
}

#[tokio::test]
async fn a_configuration_without_accounts_needs_a_key() {
    let whole = config(&format!("encryption_keys = [{KEY:?}]"), "sqlite:x");
    let (start, _) = whole.split_once("[[accounts]]").unwrap();
    let (_, rest) = whole.split_once("[[companies]]").unwrap();
    let (companies, _) = rest.split_once("[[lines]]").unwrap();
    let without = format!("{start}[[companies]]{companies}");
    assert!(Config::parse(&without).unwrap().accounts.is_empty());
    let keyless = without.replace("encryption_keys", "#encryption_keys");
    let error = Config::parse(&keyless).unwrap_err().to_string();
    assert!(error.contains("encryption_keys"), "{error}");

    let directory = TempDir::new();
    let toml = without.replace("sqlite:x", &directory.database_url());
    let config = Config::parse(&toml).unwrap();
    let database = Database::connect(&config.database_url).await.unwrap();
    let (state, _) = AppState::new(&config, database).await.unwrap();
    let request = signed_by(
        ACCOUNT,
        AUTH_TOKEN,
        "sms/incoming",
        &[("MessageSid", "SM1")],
    );
    let answer = app(state).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 403);
    assert!(
        answer
            .into_body()
            .collect()
            .await
            .unwrap()
            .to_bytes()
            .is_empty()
    );
}

/// A server on the same database with other keys.
async fn start(crm: &Crm, keys: &[&str]) -> anyhow::Result<AppState> {
    let mut config = crm.config.clone();
    config.keyring = keyring(keys);
    let database = Database::connect(&config.database_url).await?;
    let state = AppState::with_clock(&config, database, crm.clock.clone()).await?;
    Ok(state.0)
}

fn vault(crm: &Crm, keys: &[&str]) -> Vault {
    Vault::new(crm.state.database.db.clone(), keyring(keys))
}

fn keyring(keys: &[&str]) -> Keyring {
    let keys: Vec<_> = keys.iter().map(|key| Secret::new(key)).collect();
    Keyring::parse(&keys).unwrap()
}

/// Everything in the database, as text; bytes as hexadecimal digits on Postgres.
async fn dump(crm: &Crm) -> String {
    match &crm.state.database.db {
        Db::Sqlite { .. } => {
            let url = crm.config.database_url.expose();
            let path = url.strip_prefix("sqlite:").unwrap();
            ["", "-wal"]
                .iter()
                .filter_map(|end| std::fs::read(format!("{path}{end}")).ok())
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .collect()
        }
        Db::Postgres(pool) => {
            let sql = "select table_name::text from information_schema.tables
                       where table_schema = current_schema()";
            let tables: Vec<String> = sqlx::query_scalar(sql).fetch_all(pool).await.unwrap();
            assert!(tables.len() > 10);
            let mut dump = String::new();
            for table in tables {
                let sql = sqlx::AssertSqlSafe(format!("select t::text from {table} t"));
                let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(pool).await.unwrap();
                dump.extend(rows);
            }
            dump
        }
    }
}
