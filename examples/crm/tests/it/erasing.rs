//! What erasing a contact reaches beyond messages and calls, and what may come in afterwards.

use axum::body::Body;
use http::{Request, header};
use serde_json::json;
use twilio_hooks::testing::Fault;

use crate::{
    calls::MOBILE,
    contacts::everywhere,
    desk::contact,
    support::{ALPHA, ALPHA_LINE, BETA, BETA_LINE, SENDER, on_both_databases, sid},
};

on_both_databases! {
    async fn an_answer_that_is_kept_for_a_repeat_forgets_whom_it_was_about(crm: Crm) {
        let request = || {
            let body = json!({ "address": SENDER, "name": "Grace Hopper" }).to_string();
            Request::post("/api/contacts")
                .header(header::AUTHORIZATION, format!("Bearer {ALPHA}"))
                .header(header::CONTENT_TYPE, "application/json")
                .header("idempotency-key", "once")
                .body(Body::from(body))
                .unwrap()
        };
        let made = crm.send(request()).await.json_with(201);
        let path = format!("/api/contacts/{}", made["id"].as_str().unwrap());
        assert_eq!(crm.delete(ALPHA, &path).await.status, 204);
        assert_eq!(everywhere(&crm, SENDER).await, Vec::<String>::new());
        assert_eq!(everywhere(&crm, "Hopper").await, Vec::<String>::new());
        let repeat = crm.send(request()).await;
        assert_eq!((repeat.status, &*repeat.body), (201, ""));
    }

    async fn a_text_under_way_to_an_erased_contact_brings_nobody_back(crm: Crm) {
        crm.same_time().await;
        crm.fake().fail_next(Fault::DropAfter);
        let text = crm.want(SENDER, "Are you there, Grace?").await;
        crm.work().await;
        assert_eq!(crm.sent(), ["Are you there, Grace?"]);
        let path = format!("/api/contacts/{}", contact(&crm, SENDER).await);
        assert_eq!(crm.delete(ALPHA, &path).await.status, 204);
        assert_eq!(everywhere(&crm, SENDER).await, Vec::<String>::new());
        // Only now Twilio reports.
        let report = [
            ("MessageSid", crm.fake().messages()[0].sid.to_string()),
            ("MessageStatus", "delivered".to_owned()),
            ("From", ALPHA_LINE.to_owned()),
            ("To", SENDER.to_owned()),
        ];
        let report: Vec<_> = report.iter().map(|(name, value)| (*name, &**value)).collect();
        for _ in 0..2 {
            let answer = crm.twilio(&format!("sms/status/{text}"), &report).await;
            assert_eq!(answer.status, 204, "{answer:?}");
        }
        assert!(crm.get(ALPHA, "/api/contacts").await.items().is_empty());
        crm.minutes(2).await;
        assert!(crm.fake().messages().is_empty(), "deleted at Twilio, too");
        assert!(crm.get(ALPHA, "/api/contacts").await.items().is_empty());
        assert_eq!(everywhere(&crm, SENDER).await, Vec::<String>::new());
        assert_eq!(everywhere(&crm, "Grace").await, Vec::<String>::new());
    }

    async fn who_was_answered_automatically_can_be_erased(crm: Crm) {
        let answer = crm.text(&sid("SM", 1), SENDER, BETA_LINE, "Is anybody there?").await;
        assert!(answer.body.contains("Beta says thank you."), "{answer:?}");
        let contacts = crm.get(BETA, "/api/contacts").await.items();
        let path = format!("/api/contacts/{}", contacts[0]["id"].as_str().unwrap());
        assert_eq!(crm.delete(BETA, &path).await.status, 204);
        assert_eq!(everywhere(&crm, SENDER).await, Vec::<String>::new());
        assert_eq!(everywhere(&crm, "Is anybody there?").await, Vec::<String>::new());
    }

    async fn a_late_report_of_a_call_does_not_bring_an_erased_number_back(crm: Crm) {
        crm.call(&sid("CA", 1), SENDER, ALPHA_LINE).await;
        let path = format!("/api/contacts/{}", contact(&crm, SENDER).await);
        assert_eq!(crm.delete(ALPHA, &path).await.status, 204);
        let report = [
            ("CallSid", &*sid("CA", 1)), ("From", SENDER), ("To", ALPHA_LINE),
            ("CallStatus", "completed"), ("CallDuration", "7"), ("Direction", "inbound"),
        ];
        let answer = crm.twilio("voice/status", &report).await;
        assert_eq!(answer.status, 204, "{answer:?}");
        crm.work().await;
        assert!(crm.get(ALPHA, "/api/contacts").await.items().is_empty());
        assert_eq!(everywhere(&crm, SENDER).await, Vec::<String>::new());
    }

    async fn a_call_that_twilio_never_took_is_erased_with_whom_it_was_for(crm: Crm) {
        let ana = crm.person("Ana", Some(MOBILE), None).await;
        let new = json!({ "address": SENDER });
        let made = crm.post(ALPHA, "/api/contacts", &new).await.json_with(201);
        let id = made["id"].as_str().unwrap();
        crm.fake().fail_next(Fault::DropBefore);
        let body = json!({ "to": SENDER, "user_id": ana });
        crm.start_call(ALPHA, "1", &body).await.json_with(202);
        assert!(!everywhere(&crm, SENDER).await.is_empty());
        assert_eq!(crm.delete(ALPHA, &format!("/api/contacts/{id}")).await.status, 204);
        assert_eq!(everywhere(&crm, SENDER).await, Vec::<String>::new());
    }
}
