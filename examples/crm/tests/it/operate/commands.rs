//! The commands for companies, people, tokens, backups and exports.

use std::{fs, path::Path};

use crm::{
    database::Database,
    operate::{backup::backup, export::export},
    secret::Secret,
};
use serde_json::{Value, json};

use super::Binary;
use crate::{
    dump::{differences, dump},
    support::{
        ALPHA, ALPHA_LINE, BETA, BETA_LINE, Crm, SENDER, Storage, TempDir, config,
        on_both_databases, sid,
    },
};

fn binary() -> Binary {
    Binary::new(&config("", "sqlite:crm.sqlite"))
}

#[tokio::test]
async fn companies_are_added_listed_and_renamed() {
    let binary = binary();
    assert!(
        binary
            .run(&["company", "add", " Gamma "])
            .await
            .ok()
            .starts_with("Gamma is company ")
    );
    assert!(
        binary
            .run(&["company", "add", "Gamma"])
            .await
            .error()
            .contains("already")
    );
    assert!(
        binary
            .run(&["company", "add", " "])
            .await
            .error()
            .contains("a name")
    );
    assert!(
        binary
            .run(&["company", "rename", "Gamma", "Delta"])
            .await
            .ok()
            .contains("Delta")
    );
    assert!(
        binary
            .run(&["company", "rename", "Gamma", "Delta"])
            .await
            .error()
            .contains("already")
    );
    assert!(
        binary
            .run(&["company", "rename", "Gamma", "Eta"])
            .await
            .error()
            .contains("no company")
    );
    // Its people and programs come in although it is not in the configuration.
    let owner = [
        "user",
        "--company",
        "Delta",
        "add",
        "--email",
        "ana@example.com",
    ];
    assert!(
        binary
            .run(&owner)
            .await
            .ok()
            .contains("ana@example.com chooses")
    );
    let listed = binary.run(&["company", "list", "--json"]).await.json(0);
    let delta = &listed.as_array().unwrap()[0];
    assert_eq!(
        (&delta["name"], &delta["in_configuration"]),
        (&json!("Delta"), &json!(false))
    );
    let export = ["export", "--company", "Alpha", "out"];
    binary.run(&export).await.ok();
    let refused = binary.run(&["company", "rename", "Alpha", "Omega"]).await;
    assert!(
        refused.error().contains("in the configuration"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn people_are_listed_disabled_enabled_and_get_passwords() {
    let binary = binary();
    let user = async |arguments: &[&str], input: &str| {
        let arguments = [&["user", "--company", "Alpha"], arguments].concat();
        binary.run_with(&arguments, input).await
    };
    let add = ["add", "--email", "ana@example.com", "--password-stdin"];
    user(&add, "a long password\n").await.ok();
    let bob = ["add", "--email", "bob@example.com", "--role", "agent"];
    user(&bob, "").await.ok();
    let listed = user(&["list", "--json"], "").await.json(0);
    assert_eq!(listed[0]["email"], "bob@example.com");
    assert_eq!(listed[0]["has_password"], false);
    assert_eq!(listed[1]["role"], "owner");
    let last = user(&["disable", "ana@example.com"], "").await;
    assert!(last.error().contains("owner"), "{last:?}");
    assert!(
        user(&["disable", "Bob@example.com "], "")
            .await
            .ok()
            .contains("can't")
    );
    assert!(
        user(&["password", "bob@example.com"], "")
            .await
            .error()
            .contains("disabled")
    );
    assert!(
        user(&["list"], "")
            .await
            .ok()
            .contains("bob@example.com  bob  (disabled)")
    );
    assert!(
        user(&["enable", "bob@example.com"], "")
            .await
            .ok()
            .contains("again")
    );
    assert!(
        user(&["enable", "eve@example.com"], "")
            .await
            .error()
            .contains("nobody in Alpha")
    );
    let token = user(&["password", "bob@example.com"], "").await;
    assert!(token.ok().contains("chooses a password with this token"));
    let set = ["password", "ana@example.com", "--password-stdin"];
    assert!(
        user(&set, "short\n")
            .await
            .error()
            .contains("10 characters")
    );
    user(&set, "another long one\n").await.ok();

    let crm = Crm::start_in(Storage::Sqlite(binary.directory)).await;
    crm.log_in("ana@example.com", "a long password")
        .await
        .problem(401);
    assert_eq!(
        crm.log_in("ana@example.com", "another long one")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn tokens_of_programs_are_made_and_revoked() {
    let binary = binary();
    let token = async |arguments: &[&str]| {
        let arguments = [&["token", "--company", "Alpha"], arguments].concat();
        binary.run(&arguments).await
    };
    let made = token(&["add", "--name", "Nightly", "--role", "read_only"]).await;
    let secret = made.ok().trim().to_owned();
    let listed = token(&["list", "--json"]).await.json(0);
    assert_eq!(listed[0]["name"], "Nightly");
    assert!(!listed.to_string().contains(&secret));
    let id = listed[0]["id"].as_str().unwrap().to_owned();
    let others = binary
        .run(&["token", "--company", "Beta", "revoke", &id])
        .await;
    assert!(others.error().contains("Beta has no token"), "{others:?}");
    token(&["revoke", &id]).await.ok();
    assert!(
        token(&["list"])
            .await
            .ok()
            .contains("Nightly  (never used, revoked)")
    );
    let second = token(&["add", "--name", "Second", "--role", "read_only"]).await;
    let second = second.ok().trim().to_owned();

    let crm = Crm::start_in(Storage::Sqlite(binary.directory)).await;
    crm.get(&secret, "/api/lines").await.problem(401);
    assert_eq!(crm.get(&second, "/api/lines").await.items().len(), 1);
}

/// Everything is in the copy, although the server goes on.
#[tokio::test]
async fn a_backup_is_whole_and_can_be_started_from() {
    let crm = Crm::with_fake(Storage::sqlite()).await;
    for number in 0..50 {
        crm.text(&sid("SM", number), SENDER, ALPHA_LINE, "Hello")
            .await;
    }
    let directory = TempDir::new();
    let target = directory.join("copy.sqlite");
    let writing = async {
        for number in 50..80 {
            crm.text(&sid("SM", number), SENDER, ALPHA_LINE, "Hello")
                .await;
        }
    };
    let (made, ()) = tokio::join!(backup(&crm.state.database.db, &target), writing);
    assert!(made.unwrap().bytes > 4096);
    let again = backup(&crm.state.database.db, &target).await.unwrap_err();
    assert!(format!("{again:#}").contains("can't be made"), "{again:#}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&target).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let url = Secret::new(&format!("sqlite:{}", target.display()));
    let copy = Database::connect(&url).await.unwrap();
    let rows = copy.db.rows("select id from sms", vec![]).await.unwrap();
    assert!((50..=80).contains(&rows.len()), "{}", rows.len());
    // With nothing under way both are the same.
    let still = directory.join("still.sqlite");
    backup(&crm.state.database.db, &still).await.unwrap();
    let url = Secret::new(&format!("sqlite:{}", still.display()));
    let still = Database::open_as_it_is(&url).await.unwrap();
    let before = dump(&crm.state.database.db).await;
    assert_eq!(
        differences(&before, &dump(&still).await),
        Vec::<String>::new()
    );
    let nowhere = directory.join("no/such/directory/copy.sqlite");
    assert!(backup(&crm.state.database.db, &nowhere).await.is_err());
}

#[tokio::test]
async fn a_backup_of_postgres_is_for_its_own_tools() {
    let crm = Crm::with_fake(Storage::postgres().await).await;
    let directory = TempDir::new();
    let target = directory.join("copy.sqlite");
    let refused = backup(&crm.state.database.db, &target).await.unwrap_err();
    assert!(refused.to_string().contains("pg_dump"), "{refused}");
    assert!(!target.exists());
}

on_both_databases! {
    async fn a_company_gets_all_it_has_in_open_formats_and_nothing_of_others(crm: Crm) {
        for (number, line) in [(1, ALPHA_LINE), (2, ALPHA_LINE), (3, BETA_LINE)] {
            crm.text(&sid("SM", number), SENDER, line, "=1+1, \"quoted\"\nand more").await;
        }
        crm.call(&sid("CA", 1), SENDER, ALPHA_LINE).await;
        let recording = [
            ("CallSid", &*sid("CA", 1)),
            ("RecordingSid", &*sid("RE", 1)),
            ("RecordingStatus", "completed"),
            ("RecordingDuration", "12"),
            ("RecordingUrl", "https://api.twilio.com/secret"),
        ];
        assert!(crm.twilio("voice/recording", &recording).await.status < 300);
        let contact = crm.get(ALPHA, "/api/contacts").await.items()[0].clone();
        let path = format!("/api/contacts/{}", contact["id"].as_str().unwrap());
        let change = json!({"name": "Ana", "labels": ["VIP", "old, friend"]});
        crm.patch(ALPHA, &path, &change).await.json();

        let directory = TempDir::new();
        let out = directory.join("out");
        let companies = crm.state.database.settings.companies().await.unwrap();
        let alpha = companies.iter().find(|it| it.name == "Alpha").unwrap();
        let db = &crm.state.database.db;
        let counts = export(db, alpha, &out, crm.clock.now()).await.unwrap();
        assert_eq!(json!(counts), json!({"contacts": 1, "messages": 2, "calls": 1, "recordings": 1}));
        let contacts = lines(&out, "contacts");
        assert_eq!(contacts[0]["name"], "Ana");
        assert_eq!(contacts[0]["labels"], json!(["VIP", "old, friend"]));
        let messages = lines(&out, "messages");
        assert_eq!(messages[0]["contact_id"], contact["id"]);
        assert_eq!(messages[1]["body"], "=1+1, \"quoted\"\nand more");
        assert_eq!(lines(&out, "recordings")[0]["duration"], 12);
        assert_eq!(lines(&out, "recordings")[0]["call_id"], lines(&out, "calls")[0]["id"]);
        let table = fs::read_to_string(out.join("messages.csv")).unwrap();
        assert!(table.starts_with("id,contact_id,user_id,account_sid,message_sid,"));
        assert!(table.contains("\"'=1+1, \"\"quoted\"\"\nand more\""), "{table}");
        let about: Value = serde_json::from_str(&fs::read_to_string(out.join("export.json")).unwrap()).unwrap();
        assert_eq!(about["company"], "Alpha");
        let format = fs::read_to_string(out.join("README.md")).unwrap();
        for kind in ["contacts", "messages", "calls", "recordings"] {
            for row in lines(&out, kind) {
                for field in row.as_object().unwrap().keys() {
                    assert!(format.contains(&format!("`{field}`")), "{kind}: {field} is not described");
                }
            }
            let all = fs::read_to_string(out.join(format!("{kind}.jsonl"))).unwrap();
            assert!(!all.contains("secret") && !all.contains("https://"), "{kind}");
            assert!(!all.contains(BETA_LINE) && !all.contains(BETA));
        }
        let audit = crm.get(ALPHA, "/api/audit").await.items();
        assert_eq!(audit[0]["action"], "company.exported");
        let again = export(db, alpha, &out, crm.clock.now()).await.unwrap_err();
        assert!(again.to_string().contains("is not empty"), "{again}");
    }

    /// A newer version has been here: its tables are there, and whoever runs goes on.
    async fn an_upgrade_leaves_the_servers_that_run_alone_and_refuses_old_ones(crm: Crm) {
        let db = &crm.state.database.db;
        for sql in [
            "alter table companies add column colour text",
            "create table colours (name text primary key)",
            "insert into _crm_migrations (version, description, success, checksum, execution_time)
             select 9999, 'colours', success, checksum, 0 from _crm_migrations where version = 1",
        ] {
            db.execute(sql, vec![]).await.unwrap();
        }
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
        assert_eq!(crm.get(ALPHA, "/api/messages").await.items().len(), 1);
        crm.work().await;
        assert_eq!(crm.get("", "/readyz").await.status, 200);
        let before = dump(db).await;
        let refused = Database::connect(&crm.config.database_url).await.unwrap_err();
        let said = format!("{refused:#}");
        assert!(said.contains("newer version of crm") && said.contains("9999_colours"), "{said}");
        assert_eq!(differences(&before, &dump(db).await), Vec::<String>::new());
        db.execute("delete from _crm_migrations where version = 9999", vec![]).await.unwrap();
        assert!(Database::connect(&crm.config.database_url).await.is_ok());
    }
}

fn lines(directory: &Path, kind: &str) -> Vec<Value> {
    let text = fs::read_to_string(directory.join(format!("{kind}.jsonl"))).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
