//! Who is invited, changed, disabled; and who may do that.

use crm::people::Role;
use serde_json::{Value, json};

use super::{choose, invite, user_path};
use crate::{
    browser::{Browser, PASSWORD},
    support::{ALPHA, ALPHA_LINE, BETA, on_both_databases},
};

on_both_databases! {
    async fn an_invited_person_chooses_a_password_and_comes_in(crm: Crm) {
        let (user, token) = invite(&crm, ALPHA, " Ana@Example.com", "agent").await;
        assert_eq!(user["email"], "ana@example.com");
        assert_eq!(user["name"], "ana");
        assert_eq!(user["status"], "invited");
        // It is shown this once.
        let users = crm.get(ALPHA, "/api/users").await;
        assert!(!users.body.contains(&token), "{}", users.body);
        assert_eq!(crm.log_in("ana@example.com", PASSWORD).await.status, 401);

        let body = json!({ "token": token, "password": PASSWORD, "name": "Ana Lima" });
        let answer = crm.post("", "/api/password", &body).await.json();
        assert_eq!(answer, json!({ "email": "ana@example.com" }));
        let ana = Browser::sign_in(&crm, "ANA@example.com").await;
        let who = ana.get("/api/session").await.json();
        assert_eq!(who["user"]["name"], "Ana Lima");
        assert_eq!(who["user"]["status"], "active");
        assert_eq!(who["role"], "agent");
        assert_eq!(
            who["permissions"],
            json!(["read", "play_recordings", "send", "edit_contacts"])
        );
        // The token is worth nothing any more.
        choose(&crm, &token, "another long password").await.problem(404);
        assert_eq!(crm.log_in("ana@example.com", PASSWORD).await.status, 200);
    }

    async fn an_invitation_ends_after_a_week_and_is_made_anew(crm: Crm) {
        let (user, first) = invite(&crm, ALPHA, "ana@example.com", "agent").await;
        crm.clock.advance(jiff::SignedDuration::from_hours(7 * 24));
        choose(&crm, &first, PASSWORD).await.problem(404);

        let path = format!("{}/token", user_path(&user));
        let second = crm.post(ALPHA, &path, &json!({})).await.json_with(201);
        let third = crm.post(ALPHA, &path, &json!({})).await.json_with(201);
        choose(&crm, second["token"].as_str().unwrap(), PASSWORD).await.problem(404);
        choose(&crm, third["token"].as_str().unwrap(), PASSWORD).await.json();
        crm.work().await;
        assert_eq!(crm.log_in("ana@example.com", PASSWORD).await.status, 200);
    }

    async fn an_email_address_is_one_persons(crm: Crm) {
        invite(&crm, ALPHA, "ana@example.com", "agent").await;
        let body = json!({ "email": "Ana@EXAMPLE.com", "role": "agent" });
        crm.post(ALPHA, "/api/users", &body).await.problem(409);
        crm.post(BETA, "/api/users", &body).await.problem(409);
        let (bob, _) = invite(&crm, ALPHA, "bob@example.com", "agent").await;
        let body = json!({ "email": "ana@example.com" });
        crm.patch(ALPHA, &user_path(&bob), &body).await.problem(409);
        for wrong in ["", "ana", "a b@example.com"] {
            let body = json!({ "email": wrong, "role": "agent" });
            crm.post(ALPHA, "/api/users", &body).await.problem(422);
        }
        let body = json!({ "email": "x@example.com", "role": "boss" });
        crm.post(ALPHA, "/api/users", &body).await.problem(400);
    }

    async fn a_member_is_changed_field_by_field(crm: Crm) {
        let (user, _) = invite(&crm, ALPHA, "ana@example.com", "agent").await;
        let path = user_path(&user);
        let body = json!({
            "name": "Ana", "mobile": "+12025550143", "office": "(202) 555-0102", "time_zone": "Europe/Berlin"
        });
        let changed = crm.patch(ALPHA, &path, &body).await.json();
        assert_eq!(changed["mobile"], "+12025550143");
        assert_eq!(changed["time_zone"], "Europe/Berlin");
        let changed = crm.patch(ALPHA, &path, &json!({ "mobile": null })).await.json();
        assert_eq!(changed["mobile"], Value::Null);
        assert_eq!(changed["office"], "+12025550102");
        assert_eq!(crm.get(ALPHA, &path).await.json(), changed);
        for wrong in [
            json!({ "name": " " }),
            json!({ "mobile": "555-0143" }),
            json!({ "time_zone": "Berlin" }),
            json!({ "email": "nobody" }),
            json!({ "office": "a\u{0}b" }),
            json!({ "office": "Room 5" }),
        ] {
            crm.patch(ALPHA, &path, &wrong).await.problem(422);
        }
        crm.patch(ALPHA, &path, &json!({ "company_id": 1 })).await.problem(400);
        assert_eq!(crm.get(ALPHA, &path).await.json(), changed);
    }

    async fn the_phones_of_a_person_are_typed_as_people_write_them(crm: Crm) {
        let (user, _) = invite(&crm, ALPHA, "ana@example.com", "agent").await;
        let path = user_path(&user);
        let body = json!({ "mobile": " 202.555.0143 ", "office": "(202) 555-0102" });
        let changed = crm.patch(ALPHA, &path, &body).await.json();
        assert_eq!((&changed["mobile"], &changed["office"]), (&json!("+12025550143"), &json!("+12025550102")));
        // What is saved with it rings.
        let rule = format!("{path}/call-rule");
        crm.put(ALPHA, &rule, &json!({ "mode": "office" })).await.json();

        crm.patch(ALPHA, "/api/settings/company", &json!({ "country": "GB" })).await.json();
        let changed = crm.patch(ALPHA, &path, &json!({ "office": "020 7946 0958" })).await.json();
        assert_eq!(changed["office"], "+442079460958");
        assert_eq!(changed["mobile"], "+12025550143");
    }

    async fn what_can_not_ring_is_nobodys_phone(crm: Crm) {
        let (user, _) = invite(&crm, ALPHA, "ana@example.com", "agent").await;
        let path = user_path(&user);
        for field in ["mobile", "office"] {
            for wrong in [
                "", "Room 5", "555-0143", "911", "+1 202 555 0143 ext. 7", "+19005550100",
                "+881612345678", "client:ana", "whatsapp:+12025550143", ALPHA_LINE,
            ] {
                let problem = crm.patch(ALPHA, &path, &json!({ field: wrong })).await.problem(422);
                let detail = problem["detail"].as_str().unwrap();
                assert!(detail.contains(field), "{detail}");
            }
            assert_eq!(crm.get(ALPHA, &path).await.json()[field], Value::Null);
        }
    }

    async fn a_new_address_ends_the_invitation_that_went_to_the_old_one(crm: Crm) {
        let (user, token) = invite(&crm, ALPHA, "typo@example.com", "admin").await;
        let body = json!({ "email": "ana@example.com" });
        crm.patch(ALPHA, &user_path(&user), &body).await.json();
        choose(&crm, &token, PASSWORD).await.problem(404);
    }

    async fn people_correct_their_own_profile_and_not_their_role(crm: Crm) {
        for (email, role) in [("ana@example.com", Role::ReadOnly), ("bob@example.com", Role::Admin)] {
            crm.add_person("Alpha", email, role).await;
        }
        let ana = Browser::sign_in(&crm, "ana@example.com").await;
        let own = user_path(&ana.get("/api/session").await.json()["user"]);
        let body = json!({ "name": "Ana", "mobile": "+12025550143", "time_zone": "America/Lima" });
        assert_eq!(ana.patch(&own, &body).await.json()["name"], "Ana");
        assert_eq!(ana.get(&own).await.json()["mobile"], "+12025550143");
        ana.patch(&own, &json!({ "role": "admin" })).await.problem(403);
        ana.patch(&own, &json!({ "email": "x@example.com" })).await.problem(403);
        let bob = Browser::sign_in(&crm, "bob@example.com").await;
        let other = user_path(&bob.get("/api/session").await.json()["user"]);
        ana.patch(&other, &json!({ "name": "Robert" })).await.problem(403);
        ana.get(&other).await.problem(403);
        bob.patch(&other, &json!({ "role": "owner" })).await.problem(403);
    }

    /// D.7: an admin can't rise above themselves through somebody else.
    async fn admins_do_not_make_or_touch_owners(crm: Crm) {
        crm.add_person("Alpha", "first@example.com", Role::Owner).await;
        let owner = crm.add_person("Alpha", "owner@example.com", Role::Owner).await;
        let agent = crm.add_person("Alpha", "agent@example.com", Role::Agent).await;
        let admin = crm.token(ALPHA, Role::Admin).await;
        let body = json!({ "email": "new@example.com", "role": "owner" });
        crm.post(&admin, "/api/users", &body).await.problem(403);
        let agent = format!("/api/users/{}", agent.id);
        crm.patch(&admin, &agent, &json!({ "role": "owner" })).await.problem(403);
        let path = format!("/api/users/{}", owner.id);
        for body in [json!({ "role": "agent" }), json!({ "name": "X" }), json!({ "email": "x@y.z" })] {
            crm.patch(&admin, &path, &body).await.problem(403);
        }
        for action in ["disable", "enable", "token"] {
            crm.post(&admin, &format!("{path}/{action}"), &json!({})).await.problem(403);
        }
        crm.delete(&admin, &path).await.problem(403);
        let body = json!({ "name": "too much", "role": "owner" });
        crm.post(&admin, "/api/tokens", &body).await.problem(403);
        // What is below them they may.
        crm.patch(&admin, &agent, &json!({ "role": "admin" })).await.json();
        crm.patch(ALPHA, &path, &json!({ "role": "agent" })).await.json();
    }

    /// D.7: the last owner can't be removed, disabled or made something less.
    async fn the_last_owner_stays(crm: Crm) {
        let owner = crm.add_person("Alpha", "owner@example.com", Role::Owner).await;
        crm.add_person("Beta", "other@example.com", Role::Owner).await;
        // Who has not come yet can't do what an owner does.
        let (second, _) = invite(&crm, ALPHA, "second@example.com", "owner").await;
        let path = format!("/api/users/{}", owner.id);
        let refuse_all = async || {
            crm.patch(ALPHA, &path, &json!({ "role": "admin" })).await.problem(409);
            crm.post(ALPHA, &format!("{path}/disable"), &json!({})).await.problem(409);
            crm.delete(ALPHA, &path).await.problem(409);
        };
        refuse_all().await;
        // Who was only invited may be taken back.
        assert_eq!(crm.delete(ALPHA, &user_path(&second)).await.status, 204);
        refuse_all().await;
        let third = crm.add_person("Alpha", "third@example.com", Role::Owner).await;
        let third_path = format!("/api/users/{}", third.id);
        crm.post(ALPHA, &format!("{third_path}/disable"), &json!({})).await.json();
        refuse_all().await;
        crm.post(ALPHA, &format!("{third_path}/enable"), &json!({})).await.json();
        crm.patch(ALPHA, &path, &json!({ "role": "admin" })).await.json();
        crm.delete(ALPHA, &third_path).await.problem(409);
    }

    async fn two_owners_can_not_unmake_each_other_at_once(crm: Crm) {
        for round in 0..5 {
            let mut paths = Vec::new();
            for name in ["one", "other"] {
                let email = format!("{name}-{round}@example.com");
                let user = crm.add_person("Alpha", &email, Role::Owner).await;
                paths.push(format!("/api/users/{}", user.id));
            }
            let body = json!({ "role": "agent" });
            let (first, second) = tokio::join!(
                crm.patch(ALPHA, &paths[0], &body),
                crm.patch(ALPHA, &paths[1], &body),
            );
            let mut statuses = [first.status, second.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 409]);
            let sql = "update users set role = 'agent'";
            crm.state.database.db.execute(sql, crm::args![]).await.unwrap();
        }
    }

    async fn a_disabled_person_is_out_at_once(crm: Crm) {
        let ana = crm.add_person("Alpha", "ana@example.com", Role::Agent).await;
        let browser = Browser::sign_in(&crm, "ana@example.com").await;
        let path = format!("/api/users/{}", ana.id);
        let disabled = crm.post(ALPHA, &format!("{path}/disable"), &json!({})).await.json();
        assert_eq!(disabled["status"], "disabled");
        browser.get("/api/session").await.problem(401);
        assert_eq!(crm.log_in("ana@example.com", PASSWORD).await.status, 401);
        crm.post(ALPHA, &format!("{path}/token"), &json!({})).await.problem(409);
        // What they did stays theirs, and they stay on the list.
        assert_eq!(crm.get(ALPHA, &path).await.json()["status"], "disabled");
        assert_eq!(crm.delete(ALPHA, &path).await.status, 204);

        crm.post(ALPHA, &format!("{path}/enable"), &json!({})).await.json();
        browser.get("/api/session").await.problem(401);
        Browser::sign_in(&crm, "ana@example.com").await;
    }

    async fn a_role_counts_from_the_next_request_on(crm: Crm) {
        let ana = crm.add_person("Alpha", "ana@example.com", Role::Admin).await;
        let browser = Browser::sign_in(&crm, "ana@example.com").await;
        browser.get("/api/users").await.json();
        let body = json!({ "role": "agent" });
        crm.patch(ALPHA, &format!("/api/users/{}", ana.id), &body).await.json();
        browser.get("/api/users").await.problem(403);
        assert_eq!(browser.get("/api/session").await.json()["role"], "agent");
    }

    async fn members_come_in_pages_newest_first(crm: Crm) {
        for number in 1..=3 {
            invite(&crm, ALPHA, &format!("{number}@example.com"), "agent").await;
        }
        invite(&crm, BETA, "beta@example.com", "agent").await;
        let first = crm.get(ALPHA, "/api/users?limit=2").await.json();
        let emails = |page: &Value| -> Vec<String> {
            let items = page["items"].as_array().unwrap().iter();
            items.map(|user| user["email"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(emails(&first), ["3@example.com", "2@example.com"]);
        let next = first["next"].as_str().unwrap();
        let second = crm.get(ALPHA, &format!("/api/users?limit=2&before={next}")).await.json();
        assert_eq!(emails(&second), ["1@example.com"]);
        assert_eq!(second["next"], Value::Null);
    }

    /// Nothing locks up: without any person, the token of the configuration makes the first one.
    async fn the_configured_token_works_without_any_person(crm: Crm) {
        let who = crm.get(ALPHA, "/api/session").await.json();
        assert_eq!((&who["role"], &who["user"]), (&json!("owner"), &Value::Null));
        assert_eq!(crm.get(ALPHA, "/api/company").await.json()["name"], "Alpha");
        let (_, token) = invite(&crm, ALPHA, "owner@example.com", "owner").await;
        choose(&crm, &token, PASSWORD).await.json();
        let owner = Browser::sign_in(&crm, "owner@example.com").await;
        assert_eq!(owner.get("/api/session").await.json()["role"], "owner");
        crm.get(ALPHA, "/api/users").await.json();
    }

    async fn an_owner_is_created_from_outside(crm: Crm) {
        let company = crm.company("Alpha").await;
        let password = || crm::people::Password::new(PASSWORD);
        let people = &crm.state.people;
        crm::people::create_owner(people, company, "Ana@example.com", "Ana", password())
            .await
            .unwrap();
        let ana = Browser::sign_in(&crm, "ana@example.com").await;
        let who = ana.get("/api/session").await.json();
        assert_eq!((&who["role"], &who["user"]["name"]), (&json!("owner"), &json!("Ana")));
        let again = crm::people::create_owner(people, company, "ana@example.com", "Ana", password());
        assert!(matches!(again.await, Err(crm::people::PeopleError::EmailInUse)));
    }
}
