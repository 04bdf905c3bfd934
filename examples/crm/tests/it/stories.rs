//! What people do with the CRM, from beginning to end.

use bytes::Bytes;
use jiff::SignedDuration;
use twilio_hooks::testing::texting::Texter;

use crate::support::{ALPHA, ALPHA_LINE, BETA, Crm, PUBLIC_URL, SENDER, on_both_databases, sid};

on_both_databases! {
    async fn a_text_makes_a_contact(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
        let contacts = crm.get(ALPHA, "/api/contacts").await.items();
        assert_eq!(contacts.len(), 1);
        assert_eq!(contacts[0]["address"], SENDER);
    }
}

on_both_databases! {
    async fn a_picture_is_in_the_conversation_and_its_address_is_not(crm: Crm) {
        let mut texter = texter(&crm);
        let photo = [("image/jpeg", Bytes::from_static(b"\xff\xd8\xff\xe0"))];
        texter.texts("Is this the right part?").await.unwrap();
        texter.texts_with_files("Here is a photo.", &photo).await.unwrap();
        texter.receives_nothing().unwrap();

        let contacts = crm.get(ALPHA, "/api/contacts").await.items();
        assert_eq!(contacts.len(), 1);
        let path = format!("/api/contacts/{}/timeline", contacts[0]["id"].as_str().unwrap());
        let timeline = crm.get(ALPHA, &path).await;
        assert!(!timeline.body.contains(&crm.fake().base_url()), "{}", timeline.body);
        let entries = timeline.items();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0]["body"], "Here is a photo.");
        assert_eq!(entries[0]["media"][0]["content_type"], "image/jpeg");
        assert_eq!(entries[1]["media"], serde_json::json!([]));
        assert!(crm.get(BETA, "/api/messages").await.items().is_empty());
    }

    async fn a_call_is_answered_and_in_the_list_when_it_is_over(crm: Crm) {
        let url = format!("{PUBLIC_URL}/api/webhooks/twilio/voice/incoming");
        let caller = crm.fake().caller(crm.app.clone(), &url);
        let caller = caller.from(SENDER).to(ALPHA_LINE).status_callback("/api/webhooks/twilio/voice/status");
        let mut call = caller.call().await.unwrap();
        call.hears("Thank you for calling").await.unwrap();
        let calls = crm.get(ALPHA, "/api/calls").await.items();
        assert_eq!(calls.len(), 1);
        call.goes_on_by_itself().await.unwrap();

        let calls = crm.get(ALPHA, "/api/calls").await.items();
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0]["status"], "completed");
        assert_eq!(calls[0]["from_number"], SENDER);
        crm.deliver().await;
        let told = crm.get(ALPHA, "/api/notifications").await.items();
        assert_eq!(told[0]["type"], "call_received");
    }

    async fn who_says_stop_gets_nothing_until_start(crm: Crm) {
        let line = crm.get(ALPHA, "/api/lines").await.items()[0]["id"].clone();
        let line = format!("/api/lines/{}", line.as_str().unwrap());
        let reply = serde_json::json!({ "text_reply": "Thank you!" });
        crm.patch(ALPHA, &line, &reply).await.json();
        let mut texter = texter(&crm);
        texter.texts("Hello").await.unwrap();
        texter.receives("Thank you!").unwrap();
        let contact = crm.get(ALPHA, "/api/contacts").await.items()[0]["id"].clone();
        let consent = format!("/api/contacts/{}/consent", contact.as_str().unwrap());

        for (word, opted_out) in [("STOP", true), ("START", false)] {
            texter.texts(word).await.unwrap();
            texter.receives_nothing().unwrap();
            let consent = crm.get(ALPHA, &consent).await.json();
            assert_eq!(consent["lines"][0]["opted_out"], opted_out, "{word}");
        }
        // A contact is not answered by itself again too soon.
        crm.clock.advance(SignedDuration::from_hours(5));
        texter.texts("And again").await.unwrap();
        texter.receives("Thank you!").unwrap();
    }
}

/// The one who writes to Alpha.
fn texter(crm: &Crm) -> Texter {
    let url = format!("{PUBLIC_URL}/api/webhooks/twilio/sms/incoming");
    let texter = crm.fake().texter(crm.app.clone(), &url);
    texter.from(SENDER).to(ALPHA_LINE)
}
