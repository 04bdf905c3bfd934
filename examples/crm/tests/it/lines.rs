//! Lines: taking numbers into use, where Twilio sends what comes in over them, and what is noticed
//! when that is wrong.

use crm::{accounts::LinePatch, api::Caller, app::AppState, database::Database};
use jiff::SignedDuration;
use serde_json::{Value, json};
use twilio_hooks::{
    UserId,
    client::{
        CreateApplication, CreateMessagingService, UpdateIncomingPhoneNumber,
        UpdateMessagingService, WebhookMethod,
    },
    testing::FakeTwilio,
};

use crate::{
    support::{ACCOUNT, ALPHA, ALPHA_LINE, AUTH_TOKEN, BETA, BETA_LINE, Crm, PUBLIC_URL, Storage},
    twilios::{
        ALPHA_ACCOUNT, ALPHA_KEY, ALPHA_NUMBER, ALPHA_TOKEN, BETA_ACCOUNT, BETA_NUMBER, BETA_TOKEN,
        World, in_a_world,
    },
};

const LINES: &str = "/api/lines";
const OTHERS: &str = "https://example.com/theirs";

in_a_world! {
    async fn what_the_accounts_have_is_listed(world: World) {
        let crm = &world.crm;
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let fake = world.twilio.fake(ALPHA_ACCOUNT);
        let service = fake.add_messaging_service("Campaigns");
        let line = world.add_line(ALPHA, ALPHA_ACCOUNT, ALPHA_NUMBER).await;
        fake.add_number("+12065550111");
        let available = crm.get(ALPHA, "/api/lines/available").await.json();
        let items = available["items"].as_array().unwrap();
        let of = |address: &str| items.iter().find(|it| it["address"] == address).unwrap();
        assert_eq!(items.len(), 3, "only Alpha's own account: {available}");
        assert_eq!(of(ALPHA_NUMBER)["line_id"], line);
        assert_eq!(of(ALPHA_NUMBER)["is_line"], true);
        assert_eq!(of("+12065550111")["is_line"], false);
        assert_eq!(of("+12065550111")["voice"], true);
        assert_eq!(of(service.as_str())["kind"], "messaging_service");
        assert_eq!(of(service.as_str())["name"], "Campaigns");
        world.twilio.set_tokens(ALPHA_ACCOUNT, &[]);
        let failed = crm.get(ALPHA, "/api/lines/available").await.json();
        assert_eq!(failed["failed"][0]["account_sid"], ALPHA_ACCOUNT);
        assert_eq!(failed["items"], json!([]));
    }

    async fn a_number_of_the_account_becomes_a_line_once(world: World) {
        let crm = &world.crm;
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let line = |address: &str| json!({"account_sid": ALPHA_ACCOUNT, "address": address});
        for wrong in ["", "12345", "2065550110"] {
            let problem = crm.post(ALPHA, LINES, &line(wrong)).await.problem(422);
            assert_eq!(problem["field"], "address");
        }
        for foreign in [BETA_NUMBER, "MG000000000000000000000000000000ff"] {
            crm.post(ALPHA, LINES, &line(foreign)).await.problem(422);
        }
        assert_eq!(world.text(1, ALPHA_ACCOUNT, ALPHA_TOKEN, ALPHA_NUMBER).await, 200);
        assert_eq!(world.messages(ALPHA).await, 0);
        let mut new = line("+1 (206) 555-0110");
        new["name"] = json!(" Reception ");
        let added = crm.post(ALPHA, LINES, &new).await.json_with(201);
        assert_eq!(added["number"], ALPHA_NUMBER);
        assert_eq!(added["name"], "Reception");
        assert_eq!(world.text(2, ALPHA_ACCOUNT, ALPHA_TOKEN, ALPHA_NUMBER).await, 200);
        assert_eq!(world.messages(ALPHA).await, 1);
        crm.post(ALPHA, LINES, &line(ALPHA_NUMBER)).await.problem(409);
        // A short code or another account is found by nobody.
        let unknown = json!({"account_sid": "AC1", "address": ALPHA_NUMBER});
        crm.post(ALPHA, LINES, &unknown).await.problem(404);
        world.twilio.set_down(true);
        crm.post(ALPHA, LINES, &line("+12065550112")).await.problem(502);
    }

    /// Both have lines of the configuration's account, and neither can take another number of it.
    async fn of_a_shared_account_only_the_configuration_gives_out_numbers(world: World) {
        let crm = &world.crm;
        world.twilio.fake(ACCOUNT).add_number("+12025550111");
        for address in ["+12025550111", BETA_LINE, ALPHA_LINE] {
            let line = json!({"account_sid": ACCOUNT, "address": address});
            let problem = crm.post(ALPHA, LINES, &line).await.problem(409);
            assert!(!problem.to_string().contains("Beta"), "{problem}");
        }
        let available = crm.get(ALPHA, "/api/lines/available").await.json();
        assert_eq!(available["items"], json!([]));
        let lines = crm.get(ALPHA, LINES).await.items();
        let path = format!("{LINES}/{}", lines[0]["id"].as_str().unwrap());
        let problem = crm.delete(ALPHA, &path).await.problem(409);
        assert!(problem["detail"].as_str().unwrap().contains("configuration"), "{problem}");
    }

    async fn a_line_has_a_name_and_somebody_responsible(world: World) {
        let crm = &world.crm;
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let anna = add_user(crm, "Alpha", "anna@example.com").await;
        let bob = add_user(crm, "Beta", "bob@example.com").await;
        let mut new = json!({"account_sid": ALPHA_ACCOUNT, "address": ALPHA_NUMBER, "user_id": bob});
        crm.post(ALPHA, LINES, &new).await.problem(404);
        new["user_id"] = json!(anna);
        let line = crm.post(ALPHA, LINES, &new).await.json_with(201);
        assert_eq!(line["user_id"], json!(anna));
        let path = format!("{LINES}/{}", line["id"].as_str().unwrap());
        crm.patch(ALPHA, &path, &json!({"user_id": bob})).await.problem(404);
        assert_eq!(crm.get(ALPHA, &path).await.json()["user_id"], json!(anna));
        let change = json!({"user_id": null, "name": "Reception", "greeting": "Hello"});
        let line = crm.patch(ALPHA, &path, &change).await.json();
        assert!(line["user_id"].is_null());
        assert_eq!(line["name"], "Reception");
        assert_eq!(line["greeting"], "Hello");
        assert_eq!(crm.get(ALPHA, LINES).await.items()[1], line);
        let line = crm.patch(ALPHA, &path, &json!({"name": " "})).await.json();
        assert!(line["name"].is_null());
        assert_eq!(line["greeting"], "Hello");
    }

    async fn a_change_of_a_line_builds_on_what_somebody_else_has_just_changed(world: World) {
        let crm = &world.crm;
        let anna = add_user(crm, "Alpha", "anna@example.com").await;
        let bob = add_user(crm, "Alpha", "bob@example.com").await;
        let company = crm.company("Alpha").await;
        // Both read it before either changes it.
        let read = crm.state.database.lines.lines(company).await.unwrap().remove(0);
        let change = async |patch: LinePatch| {
            let caller = Caller::server(company, crm.clock.now());
            crm.state.accounts.change_line(&caller, read.clone(), &patch).await.unwrap()
        };
        change(LinePatch { user: Some(Some(anna)), ..LinePatch::default() }).await;
        let named = change(LinePatch { name: Some(Some("Desk".to_owned())), ..LinePatch::default() }).await;
        assert_eq!(named.user_id, Some(anna));
        change(LinePatch { user: Some(Some(bob)), ..LinePatch::default() }).await;
        let log = crm.get(ALPHA, "/api/audit").await.items();
        let last = log.iter().find(|entry| entry["details"]["user_id"].is_object()).unwrap();
        assert_eq!(last["details"]["user_id"], json!({"was": anna, "is": bob}));
    }

    async fn a_line_that_goes_leaves_its_history(world: World) {
        let crm = &world.crm;
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let line = world.add_line(ALPHA, ALPHA_ACCOUNT, ALPHA_NUMBER).await;
        assert_eq!(world.text(1, ALPHA_ACCOUNT, ALPHA_TOKEN, ALPHA_NUMBER).await, 200);
        let path = format!("{LINES}/{line}");
        let removed = crm.delete(ALPHA, &path).await.json();
        assert_eq!(removed["lines"], 1);
        crm.delete(ALPHA, &path).await.problem(404);
        assert_eq!(world.messages(ALPHA).await, 1);
        assert_eq!(world.text(2, ALPHA_ACCOUNT, ALPHA_TOKEN, ALPHA_NUMBER).await, 200);
        assert_eq!(world.messages(ALPHA).await, 1, "nobody's any more");
    }

    async fn what_was_set_for_a_line_goes_with_it(world: World) {
        let crm = &world.crm;
        let account = world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let menu = json!({"name": "Main", "prompt": {"text": "Hello."}, "keys": {"1": {"do": "repeat"}}});
        let menu = crm.post(ALPHA, "/api/menus", &menu).await.json_with(201)["id"].clone();
        let template = json!({"name": "Closed for today", "body": "We are closed."});
        let template = crm.post(ALPHA, "/api/templates", &template).await.json_with(201)["id"].clone();
        let (menu_path, template_path) = (
            format!("/api/menus/{}", menu.as_str().unwrap()),
            format!("/api/templates/{}", template.as_str().unwrap()),
        );
        for by_account in [false, true] {
            let line = world.add_line(ALPHA, ALPHA_ACCOUNT, ALPHA_NUMBER).await;
            let path = format!("{LINES}/{line}");
            let rule = json!({"rule": {"mode": "menu", "menu_id": menu}});
            crm.put(ALPHA, &format!("{path}/call-rule"), &rule).await.json();
            let reply = json!({"enabled": true, "when": "always", "template_id": template});
            crm.put(ALPHA, &format!("{path}/auto-reply"), &reply).await.json();
            let usual = json!({"default_line_id": line});
            crm.patch(ALPHA, "/api/settings/messaging", &usual).await.json();
            let service = [("MessagingServiceSid", "MG00000000000000000000000000000001")];
            let number = u32::from(by_account) + 1;
            let status = world.text_with(number, ALPHA_ACCOUNT, ALPHA_TOKEN, ALPHA_NUMBER, &service).await;
            assert_eq!(status, 200);
            crm.delete(ALPHA, &menu_path).await.problem(409);
            crm.delete(ALPHA, &template_path).await.problem(409);

            let path = match by_account {
                true => format!("/api/twilio-accounts/{account}?release=true"),
                false => path,
            };
            crm.delete(ALPHA, &path).await.json();
            let settings = crm.get(ALPHA, "/api/settings/messaging").await.json();
            assert_eq!(settings["default_line_id"], Value::Null);
            for sql in [
                "select line_id from line_call_rules",
                "select line_id from auto_reply_rules",
                "select line_id from line_services",
                "select line_id from outgoing_lines",
            ] {
                let left = crm.state.database.db.rows(sql, vec![]).await.unwrap();
                assert!(left.is_empty(), "{sql}");
            }
        }
        assert_eq!(crm.delete(ALPHA, &menu_path).await.status, 204);
        assert_eq!(crm.delete(ALPHA, &template_path).await.status, 204);
    }

    /// A number in a pool: the service's SID is in the webhook, and the key is the account's all the
    /// same. What nobody owns is kept and answered, not refused.
    async fn b1_a_number_in_a_messaging_service_is_routed_by_the_number_first(world: World) {
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let fake = world.twilio.fake(ALPHA_ACCOUNT);
        let service = fake.add_messaging_service("Pool");
        let text = async |number, to, service: &str| {
            let more = [("MessagingServiceSid", service)];
            world.text_with(number, ALPHA_ACCOUNT, ALPHA_TOKEN, to, &more).await
        };
        let unknown = "MG000000000000000000000000000000ff";
        assert_eq!(text(1, ALPHA_NUMBER, service.as_str()).await, 200);
        assert_eq!(world.messages(ALPHA).await, 0, "kept for whoever gets the number");
        world.add_line(ALPHA, ALPHA_ACCOUNT, ALPHA_NUMBER).await;
        assert_eq!(text(2, ALPHA_NUMBER, service.as_str()).await, 200);
        assert_eq!(text(3, ALPHA_NUMBER, unknown).await, 200);
        assert_eq!(world.messages(ALPHA).await, 2);
        assert_eq!(text(4, "+12065550119", service.as_str()).await, 200);
        assert_eq!(world.messages(ALPHA).await, 2);
        world.add_line(ALPHA, ALPHA_ACCOUNT, service.as_str()).await;
        assert_eq!(text(5, "+12065550119", service.as_str()).await, 200);
        assert_eq!(world.messages(ALPHA).await, 3);
        let forged = [("MessagingServiceSid", service.as_str())];
        let status = world.text_with(6, ALPHA_ACCOUNT, "made-up", ALPHA_NUMBER, &forged).await;
        assert_eq!(status, 403, "a bad signature is the only thing that is refused");
    }

    async fn our_webhooks_are_set_and_what_was_there_is_put_back(world: World) {
        let crm = &world.crm;
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let line = world.add_line(ALPHA, ALPHA_ACCOUNT, ALPHA_NUMBER).await;
        let fake = world.twilio.fake(ALPHA_ACCOUNT);
        let path = format!("{LINES}/{line}/webhooks");
        assert_eq!(reasons(crm, &path).await, ["not_set", "not_set", "not_set"]);
        set(fake, UpdateIncomingPhoneNumber::new()
            .sms_url(OTHERS)
            .sms_method(WebhookMethod::Get)
            .voice_url(format!("{PUBLIC_URL}/api/webhooks/twilio/voice/incoming"))
            .voice_method(WebhookMethod::Get)).await;
        let before = crm.get(ALPHA, &path).await.json();
        assert_eq!(before["ok"], false);
        assert_eq!(before["items"][0]["actual"], OTHERS);
        assert_eq!(before["items"][0]["actual_method"], "GET");
        assert_eq!(before["items"][0]["expected"],
            format!("{PUBLIC_URL}/api/webhooks/twilio/sms/incoming"));
        assert_eq!(reasons(crm, &path).await, ["url_mismatch", "wrong_http_method", "not_set"]);

        let fix = format!("{path}/fix");
        crm.post(ALPHA, &fix, &json!({})).await.problem(409);
        assert_eq!(crm.get(ALPHA, &path).await.json(), before, "asked first");
        let after = crm.post(ALPHA, &fix, &json!({"take_over": true})).await.json();
        assert_eq!(after["ok"], true, "{after}");
        assert_eq!(crm.post(ALPHA, &fix, &json!({})).await.json(), after, "twice is once");
        // Retries that somebody has added in the console are fine.
        set(fake, UpdateIncomingPhoneNumber::new()
            .voice_url(format!("{PUBLIC_URL}/api/webhooks/twilio/voice/incoming#rc=2"))).await;
        assert_eq!(reasons(crm, &path).await, ["ok", "ok", "ok"]);

        let release = format!("{path}/release");
        assert_eq!(crm.post(ALPHA, &release, &json!({})).await.json()["items"][0], before["items"][0]);
        assert_eq!(reasons(crm, &path).await, ["url_mismatch", "wrong_http_method", "not_set"]);
        let number = fake.phone_numbers()[0].clone();
        assert_eq!(number.status_callback.as_deref(), Some(""));
        // There is nothing left to put back.
        let urls = |number: &twilio_hooks::client::IncomingPhoneNumber| {
            (number.sms_url.clone(), number.voice_url.clone(), number.status_callback.clone())
        };
        crm.post(ALPHA, &release, &json!({})).await.json();
        assert_eq!(urls(&fake.phone_numbers()[0]), urls(&number));
    }

    async fn what_somebody_has_set_since_is_not_put_back(world: World) {
        let crm = &world.crm;
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let line = world.add_line(ALPHA, ALPHA_ACCOUNT, ALPHA_NUMBER).await;
        let fake = world.twilio.fake(ALPHA_ACCOUNT);
        let path = format!("{LINES}/{line}");
        crm.post(ALPHA, &format!("{path}/webhooks/fix"), &json!({})).await.json();
        set(fake, UpdateIncomingPhoneNumber::new().voice_url(OTHERS)).await;
        crm.delete(ALPHA, &format!("{path}?release=true")).await.json();
        let number = &fake.phone_numbers()[0];
        assert_eq!(number.voice_url.as_deref(), Some(OTHERS));
        assert_eq!(number.sms_url.as_deref(), Some(""));
    }

    async fn a_line_goes_even_if_twilio_can_t_be_asked(world: World) {
        let crm = &world.crm;
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let line = world.add_line(ALPHA, ALPHA_ACCOUNT, ALPHA_NUMBER).await;
        world.twilio.set_tokens(ALPHA_ACCOUNT, &[]);
        let path = format!("{LINES}/{line}");
        assert_eq!(reasons(crm, &format!("{path}/webhooks")).await, ["credentials_refused"; 3]);
        crm.post(ALPHA, &format!("{path}/webhooks/fix"), &json!({})).await.problem(502);
        let removed = crm.delete(ALPHA, &format!("{path}?release=true")).await.json();
        assert_eq!(removed["not_released"], json!([ALPHA_NUMBER]));
        crm.get(ALPHA, &path).await.problem(404);
    }

    /// Everything that makes a number silent although its URLs look right.
    async fn b8_what_overrides_the_urls_of_a_number_is_named(world: World) {
        let crm = &world.crm;
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let line = world.add_line(ALPHA, ALPHA_ACCOUNT, ALPHA_NUMBER).await;
        let fake = world.twilio.fake(ALPHA_ACCOUNT);
        let path = format!("{LINES}/{line}/webhooks");
        let (fix, release) = (format!("{path}/fix"), format!("{path}/release"));
        let take_over = json!({"take_over": true});
        crm.post(ALPHA, &fix, &json!({})).await.json();

        let theirs = CreateApplication::new().voice_url(OTHERS).sms_url(OTHERS);
        let application = fake.client().applications().create(theirs).await.unwrap().sid;
        set(fake, UpdateIncomingPhoneNumber::new()
            .voice_application_sid(application.clone())
            .sms_application_sid(application.clone())).await;
        assert_eq!(reasons(crm, &path).await, ["overridden_by_application"; 3]);
        crm.post(ALPHA, &fix, &json!({})).await.problem(409);
        crm.post(ALPHA, &fix, &take_over).await.json();
        assert_eq!(reasons(crm, &path).await, ["ok"; 3]);
        crm.post(ALPHA, &release, &json!({})).await.json();
        let number = fake.phone_numbers()[0].clone();
        assert_eq!(number.voice_application_sid, Some(application));
        assert_eq!(number.voice_url.as_deref(), Some(""), "as it was before the first time");

        set(fake, UpdateIncomingPhoneNumber::new()
            .trunk_sid("TK00000000000000000000000000000001")
            .sms_application_sid("")).await;
        assert_eq!(reasons(crm, &path).await,
            ["not_set", "overridden_by_trunk", "overridden_by_trunk"]);
        crm.post(ALPHA, &fix, &take_over).await.json();
        assert_eq!(reasons(crm, &path).await, ["ok"; 3]);
    }

    async fn b8_a_messaging_service_decides_for_its_numbers(world: World) {
        let crm = &world.crm;
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let fake = world.twilio.fake(ALPHA_ACCOUNT);
        let second = "+12065550111";
        fake.add_number(second);
        let lines = [
            world.add_line(ALPHA, ALPHA_ACCOUNT, ALPHA_NUMBER).await,
            world.add_line(ALPHA, ALPHA_ACCOUNT, second).await,
        ];
        let paths = lines.clone().map(|line| format!("{LINES}/{line}/webhooks"));
        for path in &paths {
            crm.post(ALPHA, &format!("{path}/fix"), &json!({})).await.json();
        }
        let services = fake.client();
        let services = services.messaging_services();
        let pool = CreateMessagingService::new("Pool").inbound_request_url(OTHERS);
        let pool = services.create(pool).await.unwrap().sid;
        for number in fake.phone_numbers() {
            services.add_phone_number(&pool, &number.sid).await.unwrap();
        }
        let overridden = ["overridden_by_messaging_service", "ok", "ok"];
        assert_eq!(reasons(crm, &paths[0]).await, overridden);
        let take_over = json!({"take_over": true});
        crm.post(ALPHA, &format!("{}/fix", paths[0]), &take_over).await.json();
        assert_eq!(reasons(crm, &paths[1]).await, ["ok"; 3], "one service, one webhook");
        // The other line still needs the service.
        crm.post(ALPHA, &format!("{}/release", paths[0]), &json!({})).await.json();
        assert_eq!(reasons(crm, &paths[1]).await, ["ok"; 3]);
        crm.delete(ALPHA, &format!("{LINES}/{}", lines[0])).await.json();
        crm.post(ALPHA, &format!("{}/release", paths[1]), &json!({})).await.json();
        let url = fake.messaging_services()[0].inbound_request_url.clone();
        assert_eq!(url.as_deref(), Some(OTHERS));

        let by_number = UpdateMessagingService::new().use_inbound_webhook_on_number(true);
        services.update(&pool, by_number).await.unwrap();
        assert_eq!(reasons(crm, &paths[1]).await, ["not_set"; 3], "the number's own count");
        let service = world.add_line(ALPHA, ALPHA_ACCOUNT, pool.as_str()).await;
        let path = format!("{LINES}/{service}/webhooks");
        assert_eq!(reasons(crm, &path).await, ["overridden_by_number"]);
    }

    async fn b8_a_wrong_set_up_is_noticed_told_once_and_forgotten_when_right(world: World) {
        let World { crm, twilio } = &world;
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let line = world.add_line(ALPHA, ALPHA_ACCOUNT, ALPHA_NUMBER).await;
        check(crm).await;
        let problems = problems(crm, ALPHA).await;
        assert_eq!(kinds(&problems), ["webhooks_elsewhere"; 2], "and the configuration's line");
        let of_line = problems.iter().find(|it| it["object"] == *line).unwrap();
        assert!(of_line["sentence"].as_str().unwrap().contains(ALPHA_NUMBER));
        assert!(of_line["remedy"].is_string());
        check(crm).await;
        crm.deliver().await;
        let notices = |items: Vec<Value>| {
            items.iter().filter(|it| it["type"] == "setup_problem").count()
        };
        assert_eq!(notices(crm.get(ALPHA, "/api/notifications").await.items()), 2);
        // Beta has its line of the configuration, which its fake does not have.
        assert_eq!(kinds(&self::problems(crm, BETA).await), ["number_missing"]);

        // Nobody looks again before the hour is over.
        let fix = format!("{LINES}/{line}/webhooks/fix");
        crm.post(ALPHA, &fix, &json!({})).await.json();
        crm.state.checks.run_once(crm.clock.now()).await.unwrap();
        assert_eq!(self::problems(crm, ALPHA).await.len(), 2);
        check(crm).await;
        assert_eq!(kinds(&self::problems(crm, ALPHA).await), ["webhooks_elsewhere"]);

        twilio.set_tokens(ALPHA_ACCOUNT, &[]);
        check(crm).await;
        let now = self::problems(crm, ALPHA).await;
        assert_eq!(kinds(&now), ["credentials_refused", "webhooks_elsewhere"]);
        let account = &crm.get(ALPHA, "/api/twilio-accounts").await.items()[0];
        assert!(account["problem"].is_string(), "{account}");
        twilio.set_down(true);
        check(crm).await;
        assert_eq!(self::problems(crm, ALPHA).await.len(), 2, "Twilio's trouble is not ours");
        twilio.set_down(false);
        twilio.set_tokens(ALPHA_ACCOUNT, &[ALPHA_TOKEN]);
        check(crm).await;
        let account = &crm.get(ALPHA, "/api/twilio-accounts").await.items()[0];
        assert!(account["problem"].is_null(), "{account}");
    }

    /// Requests go on by the API key, and not one webhook would be believed.
    async fn b4_a_token_that_was_changed_at_twilio_only_is_noticed(world: World) {
        let World { crm, twilio } = &world;
        let id = world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let path = format!("/api/twilio-accounts/{id}");
        let key = json!({"api_key_sid": ALPHA_KEY.0, "api_key_secret": ALPHA_KEY.1});
        crm.patch(ALPHA, &path, &key).await.json();
        let is_refused = async || {
            let problems = problems(crm, ALPHA).await;
            problems.iter().any(|it| it["kind"] == "credentials_refused")
        };
        check(crm).await;
        assert!(!is_refused().await);
        twilio.set_tokens(ALPHA_ACCOUNT, &["another-token"]);
        check(crm).await;
        assert!(is_refused().await);
        crm.patch(ALPHA, &path, &json!({"auth_token": "another-token"})).await.json();
        check(crm).await;
        assert!(!is_refused().await);
    }

    async fn traffic_for_a_number_that_is_no_line_is_noticed(world: World) {
        let crm = &world.crm;
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        // What comes in has the time of the system.
        crm.clock.set(jiff::Timestamp::now());
        let unrouted = async || {
            let problems = problems(crm, ALPHA).await;
            problems.iter().any(|it| it["kind"] == "unrouted_traffic")
        };
        check(crm).await;
        assert!(!unrouted().await);
        assert_eq!(world.text(1, ALPHA_ACCOUNT, ALPHA_TOKEN, ALPHA_NUMBER).await, 200);
        check(crm).await;
        assert!(unrouted().await);
        crm.clock.advance(SignedDuration::from_hours(25));
        check(crm).await;
        assert!(!unrouted().await);
    }

    /// Twilio sends the settings of one company's lines to nobody else.
    async fn problems_are_their_companys(world: World) {
        let crm = &world.crm;
        world.add_account(BETA, BETA_ACCOUNT, BETA_TOKEN).await;
        world.add_line(BETA, BETA_ACCOUNT, BETA_NUMBER).await;
        check(crm).await;
        let of_alpha = problems(crm, ALPHA).await;
        assert!(of_alpha.iter().all(|it| !it.to_string().contains(BETA_NUMBER)));
        assert_eq!(problems(crm, BETA).await.len(), 2);
    }

    async fn two_servers_share_the_checks(world: World) {
        let World { crm, twilio } = &world;
        let other = crm.state.checks.clone();
        other.run_once(crm.clock.now()).await.unwrap();
        assert!(twilio.take_users().is_empty(), "not right after the start");
        crm.clock.advance(SignedDuration::from_mins(5));
        let now = crm.clock.now();
        let (a, b) = tokio::join!(crm.state.checks.run_once(now), other.run_once(now));
        a.unwrap();
        b.unwrap();
        let asked = twilio.take_users().len();
        crm.clock.advance(SignedDuration::from_hours(1));
        crm.state.checks.run_once(crm.clock.now()).await.unwrap();
        assert_eq!(twilio.take_users().len(), asked, "each account was looked at once");
    }
}

/// As it is by itself if there is only one company.
#[tokio::test]
async fn a_company_takes_numbers_of_the_account_that_the_configuration_gives_it() {
    let world = World::start(Storage::sqlite()).await;
    let mut config = world.crm.config.clone();
    config.accounts[0].company = Some("Alpha".to_owned());
    let database = Database::connect(&config.database_url).await.unwrap();
    let (state, _) = AppState::with_clock(&config, database, world.crm.clock.clone())
        .await
        .unwrap();
    world.twilio.fake(ACCOUNT).add_number("+12025550111");
    let world = world.with_state(state);
    let line = json!({"account_sid": ACCOUNT, "address": "+12025550111"});
    world.crm.post(BETA, LINES, &line).await.problem(409);
    world.crm.post(ALPHA, LINES, &line).await.json_with(201);
    assert_eq!(
        world.text(1, ACCOUNT, AUTH_TOKEN, "+12025550111").await,
        200
    );
    assert_eq!(world.messages(ALPHA).await, 1);
}

/// Also where no secret can be stored, with the account of the configuration.
#[tokio::test]
async fn webhooks_are_set_without_an_encryption_key_unless_there_is_a_password_to_keep() {
    let crm = Crm::with_fake(Storage::sqlite()).await;
    let lines = crm.get(ALPHA, LINES).await.items();
    let path = format!("{LINES}/{}/webhooks", lines[0]["id"].as_str().unwrap());
    let url = "https://anna:hunter2@example.com/sms";
    let number = crm.fake().phone_numbers();
    let number = number
        .iter()
        .find(|it| it.phone_number == Some(ALPHA_LINE.into()))
        .unwrap();
    let change = UpdateIncomingPhoneNumber::new().sms_url(url);
    let client = crm.fake().client();
    client
        .incoming_phone_numbers()
        .update(&number.sid, change)
        .await
        .unwrap();
    let fix = format!("{path}/fix");
    let take_over = json!({"take_over": true});
    crm.post(ALPHA, &fix, &take_over).await.problem(409);
    assert_eq!(
        crm.get(ALPHA, &path).await.json()["items"][0]["reason"],
        "url_mismatch"
    );
    let change = UpdateIncomingPhoneNumber::new().sms_url(OTHERS);
    client
        .incoming_phone_numbers()
        .update(&number.sid, change)
        .await
        .unwrap();
    assert_eq!(crm.post(ALPHA, &fix, &take_over).await.json()["ok"], true);
}

/// Lets the checks of the next hour happen.
async fn check(crm: &Crm) {
    // Those that are new get their time.
    crm.state.checks.run_once(crm.clock.now()).await.unwrap();
    crm.clock.advance(SignedDuration::from_hours(1));
    crm.state.checks.run_once(crm.clock.now()).await.unwrap();
}

async fn problems(crm: &Crm, company: &str) -> Vec<Value> {
    crm.get(company, "/api/setup-problems").await.items()
}

fn kinds(problems: &[Value]) -> Vec<&str> {
    problems
        .iter()
        .map(|it| it["kind"].as_str().unwrap())
        .collect()
}

async fn reasons(crm: &Crm, path: &str) -> Vec<String> {
    let items = crm.get(ALPHA, path).await.items();
    let reason = |it: &Value| it["reason"].as_str().unwrap().to_owned();
    items.iter().map(reason).collect()
}

/// Changes the account's first number as somebody does in the console.
pub(crate) async fn set(fake: &FakeTwilio, change: UpdateIncomingPhoneNumber) {
    let number = fake.phone_numbers()[0].sid.clone();
    let client = fake.client();
    client
        .incoming_phone_numbers()
        .update(&number, change)
        .await
        .unwrap();
}

async fn add_user(crm: &Crm, company: &str, email: &str) -> UserId {
    let id = UserId::at(crm.clock.now());
    let sql = "insert into users (id, company_id, email, name, role, created_at)
               select $1, id, $2, 'Somebody', 'agent', created_at from companies where name = $3";
    let done = crm
        .state
        .database
        .db
        .execute(sql, crm::args![id, email, company])
        .await;
    assert_eq!(done.unwrap(), 1);
    id
}
