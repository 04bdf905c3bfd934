//! Texts with blanks.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{ALPHA, ALPHA_LINE, BETA, BETA_LINE, Crm, SENDER, on_both_databases, sid};

async fn add(crm: &Crm, name: &str, body: &str) -> Value {
    let body = json!({ "name": name, "body": body });
    crm.post(ALPHA, "/api/templates", &body)
        .await
        .json_with(201)
}

fn path(template: &Value) -> String {
    format!("/api/templates/{}", template["id"].as_str().unwrap())
}

async fn names(crm: &Crm, token: &str) -> Vec<String> {
    let templates = crm.get(token, "/api/templates").await.items();
    let names = templates.iter().map(|it| it["name"].as_str().unwrap());
    names.map(str::to_owned).collect()
}

on_both_databases! {
    async fn a_company_begins_with_four_that_it_can_change_and_delete_for_good(crm: Crm) {
        let starters = ["Appointment confirmation", "Follow-up", "Out of office", "Welcome"];
        assert_eq!(names(&crm, ALPHA).await, starters);
        assert_eq!(names(&crm, BETA).await, starters);
        let templates = crm.get(ALPHA, "/api/templates").await.items();
        let body = json!({ "name": "Appointment", "body": "At {{time}}" });
        crm.put(ALPHA, &path(&templates[0]), &body).await.json();
        assert_eq!(crm.delete(ALPHA, &path(&templates[3])).await.status, 204);

        let (_again, _) = crm::app::AppState::with_clock(
            &crm.config, crm.state.database.clone(), crm.clock.clone(),
        ).await.unwrap();
        assert_eq!(names(&crm, ALPHA).await, ["Appointment", "Follow-up", "Out of office"]);
        assert_eq!(names(&crm, BETA).await, starters);
    }

    async fn templates_are_added_shown_changed_and_removed(crm: Crm) {
        let body = json!({ "name": " Ready ", "shortcut": "/Ready", "body": " Hi {{contact.name}}\n" });
        let added = crm.post(ALPHA, "/api/templates", &body).await.json_with(201);
        assert_eq!(added["name"], "Ready");
        assert_eq!(added["shortcut"], "ready");
        assert_eq!(added["body"], " Hi {{contact.name}}\n");
        assert_eq!(added["variables"], json!(["contact.name"]));
        assert_eq!(crm.get(ALPHA, &path(&added)).await.json(), added);

        for taken in [json!({ "name": "READY", "body": "x" }), json!({ "name": "Other", "shortcut": "ready", "body": "x" })] {
            crm.post(ALPHA, "/api/templates", &taken).await.problem(409);
        }
        let other = add(&crm, "Other", "x").await;
        let body = json!({ "name": "ready", "body": "x" });
        crm.put(ALPHA, &path(&other), &body).await.problem(409);
        crm.post(BETA, "/api/templates", &body).await.json_with(201);

        let body = json!({ "name": "Ready", "body": "{{when}}: {{when}}" });
        let changed = crm.put(ALPHA, &path(&added), &body).await.json();
        assert_eq!((&changed["shortcut"], &changed["variables"]), (&Value::Null, &json!(["when"])));
        assert_eq!(crm.delete(ALPHA, &path(&added)).await.status, 204);
        crm.get(ALPHA, &path(&added)).await.problem(404);
        crm.delete(ALPHA, &path(&added)).await.problem(404);
        crm.put(ALPHA, &path(&added), &body).await.problem(404);
    }

    async fn what_can_not_be_a_template_is_refused_with_all_reasons(crm: Crm) {
        let long = "x".repeat(1601);
        for wrong in [
            json!({ "name": "", "body": "x" }),
            json!({ "name": "x".repeat(81), "body": "x" }),
            json!({ "name": "x", "body": " " }),
            json!({ "name": "x", "body": long }),
            json!({ "name": "x", "body": "😀".repeat(801) }),
            json!({ "name": "x", "body": "\u{0}" }),
            json!({ "name": "x", "body": "x", "shortcut": "a b" }),
            json!({ "name": "x", "body": "x", "color": "red" }),
            json!({ "name": "x" }),
        ] {
            crm.post(ALPHA, "/api/templates", &wrong).await.problem(400);
        }
        let wrong = json!({ "name": "x", "body": "{{user.age}} and {{contact.name" });
        let problem = crm.post(ALPHA, "/api/templates", &wrong).await.problem(400);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("at character 1, `{{user.age`: there is no such name"), "{detail}");
        assert!(detail.contains("at character 18, `{{contact.name`: `}}` is missing"), "{detail}");
    }

    async fn lesson_28_a_blank_that_is_not_filled_in_blocks_and_text_stays_as_it_is(crm: Crm) {
        let name = [
            ("MessageSid", &*sid("SM", 1)),
            ("From", "whatsapp:+12025550143"),
            ("To", ALPHA_LINE),
            ("Body", "Hello"),
            ("ProfileName", "Ana {{date}} Lee"),
        ];
        assert_eq!(crm.twilio("sms/incoming", &name).await.status, 200);
        let contact = crm.get(ALPHA, "/api/contacts").await.items()[0]["id"].clone();
        let line = crm.get(ALPHA, "/api/lines").await.items()[0]["id"].clone();
        let text = "  *Hi* {{contact.first_name}},\r\n\tyour {{thing | default: \"order\"}} on {{date}}: \
                    {{user.name}} & <{{company.name}}> {{line.number}} {{contact.phone}}  ";
        let template = add(&crm, "Reminder", text).await;
        let preview = format!("{}/preview", path(&template));
        let body = json!({ "contact_id": contact, "line_id": line });
        let shown = crm.post(ALPHA, &preview, &body).await.json();
        assert_eq!(shown["missing"], json!(["date", "user.name"]));
        assert_eq!(shown["can_be_sent"], false);
        assert!(shown["text"].as_str().unwrap().contains("on {{date}}: {{user.name}} &"));

        let values = json!({ "date": "{{thing}} **Monday**", "user.name": "Bo" });
        let body = json!({ "contact_id": contact, "line_id": line, "values": values });
        let shown = crm.post(ALPHA, &preview, &body).await.json();
        let expected = format!(
            "  *Hi* Ana,\r\n\tyour order on {{{{thing}}}} **Monday**: Bo & <Alpha> {ALPHA_LINE} {SENDER}  "
        );
        assert_eq!(shown["text"], expected);
        assert_eq!(shown["missing"], json!([]));
        assert_eq!(shown["can_be_sent"], true);
        assert_eq!(shown["characters"], expected.chars().count());

        let body = json!({ "values": { "date": "x".repeat(1600), "contact.first_name": "A", "user.name": "B",
            "line.number": "C", "contact.phone": "D" } });
        let shown = crm.post(ALPHA, &preview, &body).await.json();
        assert_eq!(shown["can_be_sent"], false);
    }

    async fn templates_of_another_company_are_not_found(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, BETA_LINE, "Hello").await;
        let foreign = crm.get(BETA, "/api/templates").await.items()[0].clone();
        let body = json!({ "name": "x", "body": "x" });
        crm.get(ALPHA, &path(&foreign)).await.problem(404);
        crm.put(ALPHA, &path(&foreign), &body).await.problem(404);
        crm.delete(ALPHA, &path(&foreign)).await.problem(404);
        let preview = format!("{}/preview", path(&foreign));
        crm.post(ALPHA, &preview, &json!({})).await.problem(404);

        let template = add(&crm, "Mine", "{{contact.name | default: \"?\"}}").await;
        let preview = format!("{}/preview", path(&template));
        let contact = crm.get(BETA, "/api/contacts").await.items()[0]["id"].clone();
        let line = crm.get(BETA, "/api/lines").await.items()[0]["id"].clone();
        for body in [
            json!({ "contact_id": contact }),
            json!({ "line_id": line }),
            json!({ "contact_id": Uuid::now_v7() }),
        ] {
            crm.post(ALPHA, &preview, &body).await.problem(404);
        }
    }
}
