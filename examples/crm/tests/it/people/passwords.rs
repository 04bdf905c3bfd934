//! Passwords: what may be one, what nobody learns, and what ends when one changes.

use crm::{args, people::Role};
use serde_json::json;

use super::{audit, choose, invite};
use crate::{
    browser::{Browser, PASSWORD},
    support::{ALPHA, on_both_databases, soon},
};

const OTHER: &str = "wrong donkey charger clip";

on_both_databases! {
    async fn short_and_endless_passwords_are_not_taken(crm: Crm) {
        let (_, token) = invite(&crm, ALPHA, "ana@example.com", "agent").await;
        for wrong in ["", "123456789", &"x".repeat(1025)] {
            choose(&crm, &token, wrong).await.problem(422);
        }
        let body = json!({ "token": token, "password": 987_654_321 });
        let answer = crm.post("", "/api/password", &body).await;
        answer.problem(400);
        assert!(!answer.body.contains("987654321"), "{}", answer.body);
        // The token was not used up by that.
        choose(&crm, &token, &"ä".repeat(512)).await.json();
        Browser::sign_in_with(&crm, "ana@example.com", &"ä".repeat(512)).await;
        assert_eq!(crm.log_in("ana@example.com", &"x".repeat(5000)).await.status, 401);
    }

    /// D.6: the same answer whether the address is nobody's, the password is wrong, or the person was
    /// only invited or is disabled.
    async fn nobody_learns_whose_address_is_known(crm: Crm) {
        let disabled = crm.add_person("Alpha", "disabled@example.com", Role::Agent).await;
        let path = format!("/api/users/{}/disable", disabled.id);
        crm.post(ALPHA, &path, &json!({})).await.json();
        invite(&crm, ALPHA, "invited@example.com", "agent").await;
        crm.add_person("Alpha", "ana@example.com", Role::Agent).await;
        let unknown = crm.log_in("nobody@example.com", PASSWORD).await;
        let problem = unknown.problem(401);
        assert!(!unknown.headers.contains_key("set-cookie"));
        for (email, password) in [
            ("disabled@example.com", PASSWORD),
            ("invited@example.com", PASSWORD),
            ("ana@example.com", OTHER),
            ("ana@example.com", ""),
            ("", ""),
            ("not an address \u{0}", PASSWORD),
        ] {
            let answer = crm.log_in(email, password).await;
            assert_eq!(answer.problem(401), problem, "{email}");
            let names = |answer: &crate::support::Answer| {
                let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
                names.sort();
                names
            };
            assert_eq!(names(&answer), names(&unknown));
        }
    }

    async fn only_hashes_and_digests_are_kept(crm: Crm) {
        let (_, invitation) = invite(&crm, ALPHA, "invited@example.com", "agent").await;
        crm.add_person("Alpha", "ana@example.com", Role::Agent).await;
        let ana = Browser::sign_in(&crm, "ana@example.com").await;
        let program = crm.token(ALPHA, Role::Agent).await;
        let secret = ana.cookie.split_once('=').unwrap().1;
        let db = &crm.state.database.db;
        let sql = "select password_hash from users where email = 'ana@example.com'";
        let hash: String = db.row(sql, args![]).await.unwrap().unwrap().get("password_hash").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        for (table, rows) in crate::dump::dump(db).await {
            let text = rows.join("\n");
            for secret in [PASSWORD, secret, &invitation, &program] {
                let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
                let is_there = text.contains(secret) || text.to_lowercase().contains(&hex);
                assert!(!is_there, "{table} has a secret");
            }
        }
    }

    /// D.6: all other sessions end when the password changes.
    async fn a_new_password_ends_the_other_sessions(crm: Crm) {
        crm.add_person("Alpha", "ana@example.com", Role::Agent).await;
        let here = Browser::sign_in(&crm, "ana@example.com").await;
        let there = Browser::sign_in(&crm, "ana@example.com").await;
        let change = |present: &str, new: &str| json!({ "present": present, "new": new });
        let path = "/api/session/password";
        here.put(path, &change(OTHER, OTHER)).await.problem(422);
        here.put(path, &change(PASSWORD, "short")).await.problem(422);
        there.get("/api/session").await.json();
        assert_eq!(here.put(path, &change(PASSWORD, OTHER)).await.status, 204);
        here.get("/api/session").await.json();
        there.get("/api/session").await.problem(401);
        assert_eq!(crm.log_in("ana@example.com", PASSWORD).await.status, 401);
        assert_eq!(crm.log_in("ana@example.com", OTHER).await.status, 200);
        // A program has none.
        crm.put(ALPHA, path, &change(PASSWORD, OTHER)).await.problem(409);
    }

    async fn an_admin_gives_a_token_to_who_has_forgotten_the_password(crm: Crm) {
        let ana = crm.add_person("Alpha", "ana@example.com", Role::Agent).await;
        let browser = Browser::sign_in(&crm, "ana@example.com").await;
        let path = format!("/api/users/{}/token", ana.id);
        let token = crm.post(ALPHA, &path, &json!({})).await.json_with(201);
        // Until it is used nothing changes.
        browser.get("/api/session").await.json();
        choose(&crm, token["token"].as_str().unwrap(), OTHER).await.json();
        browser.get("/api/session").await.problem(401);
        assert_eq!(crm.log_in("ana@example.com", PASSWORD).await.status, 401);
        Browser::sign_in_with(&crm, "ana@example.com", OTHER).await;

        let token = crm.post(ALPHA, &path, &json!({})).await.json_with(201);
        crm.clock.advance(jiff::SignedDuration::from_hours(24));
        choose(&crm, token["token"].as_str().unwrap(), PASSWORD).await.problem(404);
    }

    /// The company first, then the token, as for whoever renews it or disables the person.
    async fn who_chooses_a_password_holds_the_token_only_once_they_have_the_company(crm: Crm) {
        let (user, token) = invite(&crm, ALPHA, "ana@example.com", "agent").await;
        let company = crm.company("Alpha").await;
        let mut tx = crm.state.database.db.begin().await.unwrap();
        assert!(crm::database::lock_company(&mut tx, company).await.unwrap());
        let other = async {
            // Hashing takes its time.
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
            let sql = "update password_tokens set expires_at = expires_at where user_id = $1";
            let id: uuid::Uuid = user["id"].as_str().unwrap().parse().unwrap();
            tx.execute(sql, crm::args![id]).await.unwrap();
            tx.commit().await.unwrap();
        };
        let (chosen, ()) = tokio::join!(choose(&crm, &token, PASSWORD), other);
        chosen.json();
        choose(&crm, &token, PASSWORD).await.problem(404);
        Browser::sign_in(&crm, "ana@example.com").await;
    }

    async fn nobody_resets_their_own_password_without_knowing_it(crm: Crm) {
        let ana = crm.add_person("Alpha", "ana@example.com", Role::Owner).await;
        let browser = Browser::sign_in(&crm, "ana@example.com").await;
        let path = format!("/api/users/{}/token", ana.id);
        browser.post(&path, &json!({})).await.problem(409);
    }

    /// D.8: a wrong password for somebody's address is on the log of the company, one for nobody's is not.
    async fn a_refused_login_is_on_the_audit_log(crm: Crm) {
        crm.add_person("Alpha", "ana@example.com", Role::Agent).await;
        crm.log_in("nobody@example.com", OTHER).await.problem(401);
        crm.log_in("ana@example.com", OTHER).await.problem(401);
        let refused = soon(async {
            loop {
                let log = audit(&crm, ALPHA).await;
                let refused = log.iter().filter(|(action, _)| action == "session.refused").count();
                if refused > 0 {
                    break refused;
                }
                tokio::task::yield_now().await;
            }
        });
        assert_eq!(refused.await, 1);
    }
}
