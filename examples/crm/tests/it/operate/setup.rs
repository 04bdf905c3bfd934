//! `crm setup` and `crm release`: numbers become lines, and what was there before comes back.

use crm::{
    config::Config,
    database::Company,
    operate::{
        release::release,
        setup::{Outcome, Owner, Setup, WebhookRow},
    },
};
use serde_json::json;
use twilio_hooks::{
    AccountSid,
    client::{CreateMessagingService, UpdateIncomingPhoneNumber},
    testing::FakeTwilio,
};

use super::Binary;
use crate::{
    lines::set,
    support::{
        ACCOUNT, ALPHA, ALPHA_LINE, AUTH_TOKEN, BETA_LINE, Crm, PUBLIC_URL, Storage, TempDir,
        config,
    },
    twilios::{ALPHA_ACCOUNT, ALPHA_NUMBER, ALPHA_TOKEN, KEY, in_a_world},
};

const OTHERS: &str = "https://example.com/theirs";

in_a_world! {
    async fn b8_a_number_becomes_a_line_and_its_webhooks_ours(world: World) {
        let crm = &world.crm;
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let fake = world.twilio.fake(ALPHA_ACCOUNT);
        set(fake, UpdateIncomingPhoneNumber::new().sms_url(OTHERS)).await;
        let mut setup = look(crm, "Alpha", ALPHA_ACCOUNT).await;
        let place = setup.find("+1 (206) 555-0110").unwrap();
        let number = &setup.numbers[place];
        assert_eq!(number.line, Owner::Nobody);
        assert_eq!(number.webhooks.len(), 3);
        assert_eq!(number.webhooks[0].actual.as_deref(), Some(OTHERS));
        assert_eq!(number.webhooks[0].reason, "url_mismatch");
        assert_eq!(number.webhooks[1].expected,
            format!("{PUBLIC_URL}/api/webhooks/twilio/voice/incoming"));
        assert_eq!(number.webhooks[1].reason, "not_set");

        setup.rehearse(place, false);
        assert_eq!(setup.numbers[place].result, Outcome::NeedsTakeOver);
        setup.rehearse(place, true);
        assert_eq!(setup.numbers[place].result, Outcome::WouldSet);
        setup.set(&crm.state, place, false).await;
        assert_eq!(setup.numbers[place].result, Outcome::NeedsTakeOver);
        assert_eq!(fake.phone_numbers()[0].sms_url.as_deref(), Some(OTHERS), "asked first");
        assert_eq!(look(crm, "Alpha", ALPHA_ACCOUNT).await.numbers[place].line, Owner::Nobody);

        setup.set(&crm.state, place, true).await;
        assert_eq!(setup.numbers[place].result, Outcome::Set, "{setup:?}");
        assert!(setup.numbers[place].webhooks.iter().all(WebhookRow::is_ok));
        assert_eq!(world.text(1, ALPHA_ACCOUNT, ALPHA_TOKEN, ALPHA_NUMBER).await, 200);
        assert_eq!(world.messages(ALPHA).await, 1);
        let mut again = look(crm, "Alpha", ALPHA_ACCOUNT).await;
        again.set(&crm.state, place, false).await;
        assert_eq!(again.numbers[place].result, Outcome::NothingToDo);

        let lines = crm.state.database.lines.lines(company(crm, "Alpha").await.id).await.unwrap();
        let line = lines.iter().find(|line| line.address == ALPHA_NUMBER).unwrap();
        let dry = release(&crm.state, line, true, true).await;
        assert_eq!(dry.webhooks.len(), 3);
        let message = dry.webhooks.iter().find(|it| it.webhook == "message").unwrap();
        assert_eq!(message.previous.as_deref(), Some(OTHERS));
        assert_ne!(fake.phone_numbers()[0].sms_url.as_deref(), Some(OTHERS));
        // Somebody has changed one of them meanwhile.
        set(fake, UpdateIncomingPhoneNumber::new().voice_url("https://example.com/new")).await;
        let released = release(&crm.state, line, true, false).await;
        assert_eq!(released.error, None);
        let put_back = |webhook: &str| {
            released.webhooks.iter().find(|it| it.webhook == webhook).unwrap().is_put_back
        };
        assert!(put_back("message") && put_back("call_status") && !put_back("call"));
        assert!(released.is_removed);
        let number = fake.phone_numbers()[0].clone();
        assert_eq!(number.sms_url.as_deref(), Some(OTHERS));
        assert_eq!(number.voice_url.as_deref(), Some("https://example.com/new"));
        assert_eq!(number.status_callback.as_deref(), Some(""));
        assert_eq!(world.messages(ALPHA).await, 1, "what came over it stays");
    }

    async fn a_number_of_another_company_is_left_alone(world: World) {
        let crm = &world.crm;
        world.twilio.fake(ACCOUNT).add_number(BETA_LINE);
        let mut setup = look(crm, "Alpha", ACCOUNT).await;
        let (own, others) = (setup.find(ALPHA_LINE).unwrap(), setup.find(BETA_LINE).unwrap());
        assert_eq!(setup.numbers[own].line, Owner::Own);
        assert_eq!(setup.numbers[others].line, Owner::AnotherCompany);
        setup.set(&crm.state, others, true).await;
        assert_eq!(setup.numbers[others].result, Outcome::Failed);
        assert!(setup.numbers[others].error.as_deref().unwrap().contains("another company"));
        assert!(world.twilio.fake(ACCOUNT).phone_numbers().iter().all(|it| it.sms_url.as_deref() == Some("")));
        // Of a shared account, whoever runs the server gives numbers out.
        world.twilio.fake(ACCOUNT).add_number("+12025550111");
        let mut setup = look(crm, "Beta", ACCOUNT).await;
        let place = setup.find("+12025550111").unwrap();
        setup.set(&crm.state, place, false).await;
        assert_eq!(setup.numbers[place].result, Outcome::Set, "{setup:?}");
    }

    async fn b8_a_messaging_service_is_shown_and_taken_over_for_its_numbers(world: World) {
        let crm = &world.crm;
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        let fake = world.twilio.fake(ALPHA_ACCOUNT);
        let client = fake.client();
        let services = client.messaging_services();
        let pool = CreateMessagingService::new("Pool").inbound_request_url(OTHERS);
        let pool = services.create(pool).await.unwrap().sid;
        services.add_phone_number(&pool, &fake.phone_numbers()[0].sid).await.unwrap();
        let mut setup = look(crm, "Alpha", ALPHA_ACCOUNT).await;
        let service = setup.find(pool.as_str()).unwrap();
        assert!(setup.numbers[service].is_messaging_service);
        assert_eq!(setup.numbers[service].webhooks.len(), 1);
        let place = setup.find(ALPHA_NUMBER).unwrap();
        let number = &setup.numbers[place];
        assert_eq!(number.messaging_service_sid.as_deref(), Some(pool.as_str()));
        assert_eq!(number.webhooks[0].reason, "overridden_by_messaging_service");
        assert_eq!(number.webhooks[0].actual.as_deref(), Some(OTHERS));
        setup.set(&crm.state, place, true).await;
        assert_eq!(setup.numbers[place].result, Outcome::Set, "{setup:?}");
        let url = fake.messaging_services()[0].inbound_request_url.clone();
        assert_eq!(url, Some(format!("{PUBLIC_URL}/api/webhooks/twilio/sms/incoming")));
    }

    async fn wrong_credentials_are_named_before_anything_is_done(world: World) {
        let crm = &world.crm;
        world.twilio.set_tokens(ACCOUNT, &[]);
        let company = company(crm, "Alpha").await;
        let error = Setup::look(&crm.state, &company, &ACCOUNT.into()).await.unwrap_err();
        assert!(error.to_string().contains("does not accept it"), "{error}");
        let unknown = AccountSid::from("AC000000000000000000000000000000ff");
        assert!(Setup::look(&crm.state, &company, &unknown).await.is_err());
    }
}

/// Another server, which answers when this one does not.
#[tokio::test]
async fn fallbacks_are_set_if_one_is_configured_and_put_back() {
    let first = "fallback_url = \"https://crm2.example.com/\"";
    let crm = Crm::with_fake_and(Storage::sqlite(), first).await;
    let account = crm.fake().account_sid().to_string();
    let change = UpdateIncomingPhoneNumber::new().sms_fallback_url(OTHERS);
    set(crm.fake(), change).await;
    let mut setup = look(&crm, "Alpha", &account).await;
    let place = setup.find(ALPHA_LINE).unwrap();
    assert_eq!(setup.numbers[place].webhooks.len(), 5);
    assert!(setup.numbers[place].is_anothers());
    setup.set(&crm.state, place, true).await;
    assert_eq!(setup.numbers[place].result, Outcome::Set, "{setup:?}");
    let number = crm.fake().phone_numbers()[0].clone();
    let fallback = |path| {
        Some(format!(
            "https://crm2.example.com/api/webhooks/twilio/{path}"
        ))
    };
    assert_eq!(number.sms_fallback_url, fallback("sms/fallback"));
    assert_eq!(number.voice_fallback_url, fallback("voice/fallback"));
    let lines = crm.get(ALPHA, "/api/lines").await.items();
    let path = format!("/api/lines/{}/webhooks", lines[0]["id"].as_str().unwrap());
    assert_eq!(crm.get(ALPHA, &path).await.items().len(), 5);
    crm.post(ALPHA, &format!("{path}/release"), &json!({}))
        .await
        .json();
    let number = crm.fake().phone_numbers()[0].clone();
    assert_eq!(number.sms_fallback_url.as_deref(), Some(OTHERS));
    assert_eq!(number.voice_fallback_url.as_deref(), Some(""));
}

/// What scripts see: JSON, and exit codes.
#[tokio::test]
async fn scripts_set_up_numbers_and_let_them_go() {
    let fake = FakeTwilio::start().await.unwrap();
    fake.add_number("+12065550111");
    set(
        &fake,
        UpdateIncomingPhoneNumber::new().sms_url("https://anna:hunter2@example.com/"),
    )
    .await;
    let binary = binary(&fake, &format!("encryption_keys = [{KEY:?}]"));
    let listed = binary.run(&["setup", "--company", "Alpha"]).await;
    assert!(
        listed.ok().contains("+12065550111") && !listed.output.contains("hunter2"),
        "{listed:?}"
    );
    let setup = |more: &[&'static str]| {
        let arguments = [
            "setup",
            "--company",
            "Alpha",
            "--json",
            "--number",
            "+12065550111",
        ];
        [&arguments, more].concat()
    };
    let asked = binary.run(&setup(&[])).await.json(3);
    assert_eq!(asked["numbers"][0]["result"], "needs_take_over");
    let dry = binary
        .run(&setup(&["--take-over", "--dry-run"]))
        .await
        .json(4);
    assert_eq!(dry["numbers"][0]["result"], "would_set");
    assert_eq!(dry["numbers"][0]["line"], "nobody");
    let done = binary.run(&setup(&["--take-over"])).await.json(0);
    assert_eq!(done["numbers"][0]["result"], "set");
    assert_eq!(done["numbers"][0]["line"], "own");
    assert_eq!(done["numbers"][0]["webhooks"][0]["reason"], "ok");
    assert!(!done.to_string().contains(fake.auth_token()));
    let again = binary.run(&setup(&[])).await.json(0);
    assert_eq!(again["numbers"][0]["result"], "nothing_to_do");
    let unknown = binary
        .run(&["setup", "--company", "Alpha", "--number", "+12065550112"])
        .await;
    assert!(unknown.error().contains("no number `+12065550112`"));
    let nobody = binary.run(&["setup", "--company", "Gamma"]).await;
    assert!(nobody.error().contains("no company `Gamma`"));

    let arguments = [
        "release",
        "--company",
        "Alpha",
        "--json",
        "--number",
        "+12065550111",
    ];
    let released = binary.run(&arguments).await.json(0);
    assert_eq!(
        released["lines"][0]["webhooks"][2]["previous"],
        "https://…@example.com/"
    );
    let url = fake.phone_numbers()[0].sms_url.clone();
    assert_eq!(url.as_deref(), Some("https://anna:hunter2@example.com/"));
    let none = binary.run(&["release", "--company", "Alpha"]).await;
    assert!(none.error().contains("--number"));
}

/// An account that only the command is told of.
#[tokio::test]
async fn an_account_is_added_with_its_token_from_standard_input() {
    let fake = FakeTwilio::start().await.unwrap();
    fake.add_number("+12065550111");
    let (sid, token) = (fake.account_sid(), fake.auth_token());
    let directory = TempDir::new();
    let first = format!(
        "twilio_api_url = {:?}\nencryption_keys = [{KEY:?}]",
        fake.base_url()
    );
    let binary = Binary::new(&config(&first, &directory.database_url()));
    let arguments = [
        "setup",
        "--company",
        "Alpha",
        "--all",
        "--account",
        sid.as_str(),
    ];
    let refused = binary.run(&arguments).await;
    assert!(refused.error().contains("--auth-token-stdin"));
    let arguments = [&arguments[..], &["--auth-token-stdin"]].concat();
    let wrong = binary.run_with(&arguments, "wrong\n").await;
    assert!(
        wrong.error().contains("Twilio does not accept this token"),
        "{wrong:?}"
    );
    let done = binary.run_with(&arguments, &format!("{token}\n")).await;
    assert!(done.ok().contains("+12065550111 is set up"), "{done:?}");
    assert!(!done.output.contains(token) && !done.errors.contains(token));
    // From now on it is known.
    let again = binary.run(&arguments[..arguments.len() - 1]).await;
    assert!(again.ok().contains("+12065550111 is as it should be"));
}

fn binary(fake: &FakeTwilio, first: &str) -> Binary {
    let first = format!("twilio_api_url = {:?}\n{first}", fake.base_url());
    let toml = config(&first, "sqlite:crm.sqlite")
        .replace(ACCOUNT, fake.account_sid().as_str())
        .replace(AUTH_TOKEN, fake.auth_token());
    assert!(Config::parse(&toml).is_ok());
    Binary::new(&toml)
}

async fn company(crm: &Crm, name: &str) -> Company {
    let companies = crm.state.database.settings.companies().await.unwrap();
    companies
        .into_iter()
        .find(|company| company.name == name)
        .unwrap()
}

async fn look(crm: &Crm, name: &str, account: &str) -> Setup {
    let company = company(crm, name).await;
    Setup::look(&crm.state, &company, &account.into())
        .await
        .unwrap()
}
