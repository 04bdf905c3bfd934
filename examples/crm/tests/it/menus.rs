//! Menus: what callers choose by keys, and that no caller gets lost in them.

use serde_json::{Value, json};
use twilio_hooks::testing::{FailureKind, Happening, call::Call};
use uuid::Uuid;

use crate::{
    calls::{MOBILE, OFFICE, kinds},
    support::{ALPHA, ALPHA_LINE, BETA, Crm, Storage, on_both_databases},
};

/// A menu with these keys.
fn menu(name: &str, keys: &Value) -> Value {
    json!({"name": name, "prompt": {"text": format!("This is {name}.")}, "keys": keys})
}

impl Crm {
    pub(crate) async fn add_menu(&self, menu: &Value) -> String {
        let added = self.post(ALPHA, "/api/menus", menu).await.json_with(201);
        added["id"].as_str().unwrap().to_owned()
    }

    /// Alpha's line leads to this menu.
    pub(crate) async fn lead_to(&self, menu: &str) {
        let path = format!("{}/call-rule", self.line_path().await);
        let rule = json!({"rule": {"mode": "menu", "menu_id": menu}});
        self.put(ALPHA, &path, &rule).await.json();
    }
}

on_both_databases! {
    async fn keys_lead_through_menus_to_an_office(crm: Crm) {
        let ana = crm.person("Ana", Some(MOBILE), Some(OFFICE)).await;
        let sales = crm.add_menu(&menu("Sales", &json!({
            "1": {"do": "user", "user_id": ana, "phone": "office"},
            "9": {"do": "repeat"},
        }))).await;
        let main = crm.add_menu(&menu("Main", &json!({
            "2": {"do": "menu", "menu_id": sales},
            "#": {"do": "hang_up", "say": {"text": "We open at nine.", "language": "en-GB"}},
        }))).await;
        crm.lead_to(&main).await;

        let mut call = crm.caller().call().await.unwrap();
        call.hears("This is Main.").await.unwrap();
        call.presses("2").await.unwrap();
        call.hears("This is Sales.").await.unwrap();
        call.presses("9").await.unwrap();
        call.hears("This is Sales.").await.unwrap();
        call.presses("1").await.unwrap();
        call.is_connected_to(OFFICE).await.unwrap();
        assert!(call.is_connected_to(MOBILE).await.is_err());
        call.somebody_answers().await.unwrap();
        call.they_hang_up().await.unwrap();
        call.hears("Goodbye").await.unwrap();
        let detail = crm.call_detail(&call.sid()).await;
        let keys: Vec<_> = detail["keys"].as_array().unwrap().iter()
            .map(|it| (it["menu"].as_str().unwrap(), it["key"].as_str().unwrap()))
            .collect();
        assert_eq!(keys, [("Main", "2"), ("Sales", "9"), ("Sales", "1")]);
        assert_eq!(detail["handled_by"], json!(ana));
        assert_eq!(
            kinds(&detail),
            ["ringing", "menu", "key", "menu", "key", "menu", "key", "forwarded", "answered"]
        );

        // Who got what the key is for is not missed.
        let mut call = crm.caller().call().await.unwrap();
        call.presses("#").await.unwrap();
        call.hears("We open at nine.").await.unwrap();
        call.is_over().await.unwrap();
        assert_eq!(crm.call_detail(&call.sid()).await["missed"], false);
        assert_eq!(crm.topics().await, [""; 0]);
    }

    async fn wrong_keys_and_silence_end_in_the_final_branch(crm: Crm) {
        let mut main = menu("Main", &json!({"1": {"do": "number", "number": OFFICE}}));
        main["max_retries"] = json!(2);
        main["invalid"] = json!({"text": "No such key."});
        let id = crm.add_menu(&main).await;
        crm.lead_to(&id).await;
        let mut call = crm.caller().call().await.unwrap();
        call.hears("This is Main.").await.unwrap();
        call.presses("7").await.unwrap();
        call.hears("No such key.").await.unwrap();
        call.hears("This is Main.").await.unwrap();
        call.stays_silent().await.unwrap();
        call.hears("We did not hear a key.").await.unwrap();
        call.hears("This is Main.").await.unwrap();
        call.presses("*").await.unwrap();
        call.hears("leave a message").await.unwrap();
        call.hangs_up().await.unwrap();
        assert_eq!(crm.topics().await, [""; 0], "a message may still be reported");
        assert_eq!(crm.call_detail(&call.sid()).await["missed"], true);

        main["final"] = json!({"do": "number", "number": OFFICE, "name": "Front desk"});
        main["max_retries"] = json!(0);
        crm.put(ALPHA, &format!("/api/menus/{id}"), &main).await.json();
        let mut call = crm.caller().call().await.unwrap();
        call.stays_silent().await.unwrap();
        call.is_connected_to(OFFICE).await.unwrap();
        let detail = crm.call_detail(&call.sid()).await;
        assert_eq!(detail["timeline"].as_array().unwrap().last().unwrap()["name"], "Front desk");
    }

    async fn a_menu_that_changes_does_not_change_a_call_that_is_in_it(crm: Crm) {
        let id = crm.add_menu(&menu("Main", &json!({
            "1": {"do": "hang_up", "say": {"text": "Old words."}}
        }))).await;
        crm.lead_to(&id).await;
        let mut call = crm.caller().call().await.unwrap();
        let new = menu("Main", &json!({"1": {"do": "hang_up", "say": {"text": "New words."}}}));
        crm.put(ALPHA, &format!("/api/menus/{id}"), &new).await.json();
        call.presses("1").await.unwrap();
        call.hears("Old words.").await.unwrap();
        let mut call = crm.caller().call().await.unwrap();
        call.presses("1").await.unwrap();
        call.hears("New words.").await.unwrap();
    }

    async fn menus_in_a_circle_are_refused_whichever_is_saved_last(crm: Crm) {
        let keys = |to: &str| json!({"1": {"do": "menu", "menu_id": to}});
        let nothing = json!({"1": {"do": "voicemail"}});
        let support = crm.add_menu(&menu("Support", &nothing)).await;
        let sales = crm.add_menu(&menu("Sales", &keys(&support))).await;
        let main = crm.add_menu(&menu("Main", &keys(&sales))).await;
        let path = format!("/api/menus/{support}");
        let problem = crm.put(ALPHA, &path, &menu("Support", &keys(&main))).await.problem(409);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("Support → Main → Sales → Support"), "{detail}");
        let itself = menu("Support", &keys(&support));
        crm.put(ALPHA, &path, &itself).await.problem(409);
        // Nothing was changed by that.
        assert_eq!(crm.get(ALPHA, &path).await.json()["keys"], nothing);
        let mut last = menu("Support", &nothing);
        last["final"] = json!({"do": "menu", "menu_id": main});
        crm.put(ALPHA, &path, &last).await.problem(409);

        // Five in a row are the most.
        let four = crm.add_menu(&menu("Four", &keys(&main))).await;
        let five = crm.add_menu(&menu("Five", &keys(&four))).await;
        let six = crm.post(ALPHA, "/api/menus", &menu("Six", &keys(&five))).await.problem(409);
        assert!(six["detail"].as_str().unwrap().contains("Six → Five → Four"), "{six}");
    }

    async fn a_menu_that_is_in_use_stays(crm: Crm) {
        let nothing = json!({"1": {"do": "voicemail"}});
        let sales = crm.add_menu(&menu("Sales", &nothing)).await;
        let main = crm.add_menu(&menu("Main", &json!({"1": {"do": "menu", "menu_id": sales}}))).await;
        let problem = crm.delete(ALPHA, &format!("/api/menus/{sales}")).await.problem(409);
        assert!(problem["detail"].as_str().unwrap().contains("`Main`"), "{problem}");
        crm.lead_to(&main).await;
        crm.delete(ALPHA, &format!("/api/menus/{main}")).await.problem(409);
        crm.delete(ALPHA, &format!("{}/call-rule", crm.line_path().await)).await;
        assert_eq!(crm.delete(ALPHA, &format!("/api/menus/{main}")).await.status, 204);
        assert_eq!(crm.delete(ALPHA, &format!("/api/menus/{sales}")).await.status, 204);
        crm.delete(ALPHA, &format!("/api/menus/{sales}")).await.problem(404);
    }

    async fn a_menu_leads_only_to_what_is_the_companys(crm: Crm) {
        let ana = crm.person("Ana", Some(MOBILE), None).await;
        let id = crm.add_menu(&menu("Main", &json!({"1": {"do": "user", "user_id": ana}}))).await;
        for keys in [
            json!({"1": {"do": "user", "user_id": ana}}),
            json!({"1": {"do": "menu", "menu_id": id}}),
            json!({"1": {"do": "user", "user_id": Uuid::now_v7()}}),
        ] {
            crm.post(BETA, "/api/menus", &menu("Main", &keys)).await.problem(404);
        }
        for path in [format!("/api/menus/{id}"), format!("/api/menus/{}", Uuid::now_v7())] {
            crm.get(BETA, &path).await.problem(404);
            crm.delete(BETA, &path).await.problem(404);
            let other = menu("Main", &json!({"1": {"do": "voicemail"}}));
            crm.put(BETA, &path, &other).await.problem(404);
        }
        let rule = json!({"rule": {"mode": "menu", "menu_id": id}});
        crm.put(BETA, "/api/settings/calls", &rule).await.problem(404);
        assert_eq!(crm.get(BETA, "/api/menus").await.items(), Vec::<Value>::new());
        // The name is taken in the company only.
        crm.post(BETA, "/api/menus", &menu("Main", &json!({"1": {"do": "voicemail"}}))).await
            .json_with(201);
        crm.post(ALPHA, "/api/menus", &menu("Main", &json!({"1": {"do": "voicemail"}}))).await
            .problem(409);
        for (keys, field) in [
            (json!({"1": {"do": "number", "number": ALPHA_LINE}}), "`keys.1.number`"),
            (json!({"1": {"do": "number", "number": "+19005550100"}}), "`keys.1.number`"),
            (json!({"1": {"do": "number", "number": "911"}}), "`keys.1.number`"),
            (json!({"A": {"do": "voicemail"}}), "`keys.A`"),
            (json!({}), "`keys`"),
        ] {
            let problem = crm.post(ALPHA, "/api/menus", &menu("Other", &keys)).await.problem(422);
            assert!(problem["detail"].as_str().unwrap().contains(field), "{problem}");
        }
        let wrong = menu("Other", &json!({"1": {"do": "dance"}}));
        crm.post(ALPHA, "/api/menus", &wrong).await.problem(400);
    }
}

/// Random companies, and callers and colleagues who do random things.
mod random {
    use proptest::{
        prelude::*,
        sample::select,
        strategy::ValueTree,
        test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
    };

    use super::*;

    fn rule() -> impl Strategy<Value = Value> {
        (
            select(vec!["mobile", "office", "both", "in_turn", "voicemail"]),
            5_u32..=60,
            5_u32..=60,
            5_u32..=120,
            any::<(bool, bool, bool)>(),
        )
            .prop_map(
                |(mode, mobile, office, budget, (key_mobile, key_office, line))| {
                    json!({
                        "mode": mode,
                        "ring_seconds": {"mobile": mobile, "office": office},
                        "ring_budget": budget,
                        "accept_key": {"mobile": key_mobile, "office": key_office},
                        "shown_number": if line { "line" } else { "caller" },
                    })
                },
            )
    }

    /// What a key does; menus lead to those made before only.
    fn action() -> impl Strategy<Value = (u32, usize)> {
        (0_u32..7, 0_usize..3)
    }

    type Keys = Vec<(String, (u32, usize))>;

    fn menus() -> impl Strategy<Value = Vec<(Keys, u32, (u32, usize))>> {
        let key = select("0123456789*#".chars().map(String::from).collect::<Vec<_>>());
        let keys = proptest::collection::vec((key, action()), 1..5);
        proptest::collection::vec((keys, 0_u32..4, action()), 1..4)
    }

    /// What somebody does next, if it can be done just now.
    fn deeds() -> impl Strategy<Value = Vec<u32>> {
        proptest::collection::vec(0_u32..17, 250)
    }

    fn value(kind: u32, to: usize, ids: &[String], people: &[String]) -> Value {
        match kind {
            0 => json!({"do": "user", "user_id": people[to % people.len()]}),
            1 => json!({"do": "user", "user_id": people[to % people.len()], "phone": "mobile"}),
            2 => json!({"do": "number", "number": "+12025550109", "accept_key": to == 1}),
            3 => json!({"do": "repeat"}),
            4 => json!({"do": "hang_up", "say": {"text": "That was it."}}),
            5 if !ids.is_empty() => json!({"do": "menu", "menu_id": ids[to % ids.len()]}),
            _ => json!({"do": "voicemail"}),
        }
    }

    async fn act(call: &mut Call, deed: u32) -> Result<(), FailureKind> {
        use std::time::Duration;
        let done = match deed {
            0 => call.presses("1").await,
            1 => call.presses("9").await,
            2 => call.presses("#").await,
            3 | 4 => call.stays_silent().await,
            5 | 6 => call.somebody_answers().await,
            7 => call.nobody_answers().await,
            8 => call.is_busy().await,
            9 => call.fails().await,
            10 => call.they_press("1").await,
            11 => call.they_press("3").await,
            12 | 13 => call.they_stay_silent().await,
            14 => call.they_hang_up().await,
            15 => call.leaves_voicemail(Duration::from_secs(1)).await,
            _ => call.leaves_voicemail(Duration::from_secs(9)).await,
        };
        match done {
            Ok(_) => Ok(()),
            Err(failure) if failure.kind == FailureKind::Unexpected => Err(failure.kind),
            Err(failure) => panic!("{failure}"),
        }
    }

    #[tokio::test]
    async fn every_call_ends_with_words_whatever_people_set_and_do() {
        let crm = Crm::with_fake(Storage::sqlite()).await;
        let ana = crm.person("Ana", Some(MOBILE), Some(OFFICE)).await;
        let bob = crm.person("Bob", None, Some("+12025550107")).await;
        crm.give_line_to(ana).await;
        let people = [ana.to_string(), bob.to_string()];
        let line = format!("{}/call-rule", crm.line_path().await);
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let strategy = (rule(), menus(), any::<bool>(), deeds());
        for number in 0..60 {
            let (rule, menus, by_menu, deeds) = strategy.new_tree(&mut runner).unwrap().current();
            let mut ids = Vec::new();
            for (keys, retries, last) in &menus {
                let keys: serde_json::Map<_, _> = keys
                    .iter()
                    .map(|(key, (kind, to))| (key.clone(), value(*kind, *to, &ids, &people)))
                    .collect();
                let mut it = menu(&format!("{number}.{}", ids.len()), &Value::Object(keys));
                it["max_retries"] = json!(retries);
                if last.0 != 3 {
                    it["final"] = value(last.0, last.1, &ids, &people);
                }
                ids.push(crm.add_menu(&it).await);
            }
            let path = format!("/api/users/{ana}/call-rule");
            crm.put(ALPHA, &path, &rule).await.json();
            let of_line = if by_menu {
                json!({"rule": {"mode": "menu", "menu_id": ids.last()}})
            } else {
                json!({})
            };
            crm.put(ALPHA, &line, &of_line).await.json();

            let mut call = crm.caller().call().await.unwrap();
            let mut steps = 0;
            let mut deeds = deeds.into_iter();
            while call.is_over().await.is_err() {
                let deed = deeds
                    .next()
                    .unwrap_or_else(|| panic!("no end:\n{}", call.transcript()));
                steps += u32::from(act(&mut call, deed).await.is_ok());
                assert!(steps < 80, "{}", call.transcript());
            }
            let mut last = call.transcript().entries().iter().rev().filter(|entry| {
                !matches!(&entry.what, Happening::Event(event)
                    if event.contains("hangs up") && event.contains("application")
                        || event.contains("the call is over"))
                    && !matches!(entry.what, Happening::Request(_) | Happening::Note(_))
            });
            assert!(
                matches!(last.next().map(|it| &it.what), Some(Happening::Heard(_))),
                "rule {rule}\n{}",
                call.transcript()
            );
            crm.clock.advance(jiff::SignedDuration::from_secs(30));
            crm.work().await;
            let status = crm.call_detail(&call.sid()).await["status"].clone();
            assert_eq!(status, "completed");
            crm.delete(ALPHA, &line).await;
            for id in ids.iter().rev() {
                assert_eq!(
                    crm.delete(ALPHA, &format!("/api/menus/{id}")).await.status,
                    204
                );
            }
        }
        let sql = "select count(*) as n from call_flows where settled_at is null";
        let row = crm
            .state
            .database
            .db
            .row(sql, vec![])
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.get::<i64>("n").unwrap(), 0, "all was settled");
    }
}
