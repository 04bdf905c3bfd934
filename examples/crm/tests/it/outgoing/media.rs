//! Files to send.

use axum::body::Body;
use http::{Request, header};
use jiff::SignedDuration;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{ALPHA, Answer, BETA, Crm, PUBLIC_URL, SENDER, on_both_databases};

const CARD: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Example\r\nEND:VCARD\r\n";
const GIF: &str = "GIF89a and the rest of a picture";

impl Crm {
    pub(crate) async fn upload(
        &self,
        token: &str,
        content_type: &str,
        bytes: impl Into<Vec<u8>>,
    ) -> Answer {
        let request = Request::post("/api/media")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, content_type)
            .body(Body::from(bytes.into()))
            .unwrap();
        self.send(request).await
    }

    async fn fetch(&self, url: &str) -> Answer {
        let path = url.strip_prefix(PUBLIC_URL).unwrap();
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }
}

on_both_databases! {
    async fn files_are_fetched_by_twilio_and_shown_to_people(crm: Crm) {
        let card = crm.upload(ALPHA, "text/vcard", CARD).await.json_with(201);
        assert_eq!((&card["content_type"], &card["size"]), (&json!("text/vcard"), &json!(CARD.len())));
        let gif = crm.upload(ALPHA, "application/octet-stream", GIF).await.json_with(201);
        let expected = json!([
            {"id": gif["id"], "content_type": "image/gif"},
            {"id": card["id"], "content_type": "text/vcard"},
        ]);
        // A file needs no text.
        let body = json!({"to": SENDER, "media": [gif["id"], card["id"]]});
        let wanted = crm.ask(&body).await.json_with(201);
        assert_eq!(wanted["media"], expected);
        crm.work().await;
        crm.settle().await;
        let sent = crm.message(wanted["id"].as_str().unwrap()).await;
        assert_eq!((&sent["status"], &sent["media"]), (&json!("delivered"), &expected));
        let listed = crm.get(ALPHA, "/api/messages").await;
        assert_eq!(listed.items()[0]["media"], expected);
        assert!(!listed.body.contains("/media/"), "addresses stay inside");

        let request = crm.fake().requests().remove(0);
        let urls: Vec<String> = request.form.get_all("MediaUrl").map(Into::into).collect();
        assert_eq!(urls.len(), 2);
        let fetched = crm.fetch(&urls[0]).await;
        assert_eq!((fetched.status, fetched.body.as_str()), (200, GIF));
        assert_eq!(fetched.headers[header::CONTENT_TYPE], "image/gif");
        assert_eq!(fetched.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(fetched.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(crm.fetch(&urls[1]).await.body, CARD);
        let head = Request::head(urls[0].strip_prefix(PUBLIC_URL).unwrap()).body(Body::empty());
        let head = crm.send(head.unwrap()).await;
        assert_eq!((head.status, &head.headers[header::CONTENT_TYPE]), (200, &"image/gif".parse().unwrap()));
        // It ends, and one letter makes another address.
        let wrong = format!("{}0", &urls[0][..urls[0].len() - 1]);
        let wrong = if wrong == urls[0] { format!("{}1", &urls[0][..urls[0].len() - 1]) } else { wrong };
        assert_eq!(crm.fetch(&wrong).await.status, 404);
        crm.clock.advance(SignedDuration::from_hours(12));
        assert_eq!(crm.fetch(&urls[0]).await.status, 404);
        // People still see it.
        let path = format!("/api/media/{}", gif["id"].as_str().unwrap());
        let shown = crm.get(ALPHA, &path).await;
        assert_eq!((shown.status, shown.body.as_str()), (200, GIF));
        assert_eq!(shown.headers[header::CACHE_CONTROL], "private, no-store");
        crm.get(BETA, &path).await.problem(404);
        crm.get("x", &path).await.problem(401);
    }

    async fn a_file_of_another_company_is_not_found(crm: Crm) {
        let gif = crm.upload(BETA, "image/gif", GIF).await.json_with(201);
        let body = json!({"to": SENDER, "body": "Look", "media": [gif["id"]]});
        crm.ask(&body).await.problem(404);
        crm.get(ALPHA, &format!("/api/media/{}", gif["id"].as_str().unwrap())).await.problem(404);
    }

    async fn only_files_that_can_be_sent_are_taken(crm: Crm) {
        for (content_type, bytes) in [
            ("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
            ("image/gif", "<!doctype html><script>alert(1)</script>"),
            ("text/html", GIF),
            ("image/png", GIF),
            ("image/gif", ""),
        ] {
            crm.upload(ALPHA, content_type, bytes).await.problem(422);
        }
        let mut large = GIF.as_bytes().to_vec();
        large.resize(5 * 1024 * 1024, 0);
        let id = crm.upload(ALPHA, "image/gif", large.clone()).await.json_with(201)["id"].clone();
        large.push(0);
        crm.upload(ALPHA, "image/gif", large).await.problem(413);
        crm.upload("x", "image/gif", GIF).await.problem(401);
        // All files of one message together.
        let small = crm.upload(ALPHA, "image/gif", GIF).await.json_with(201)["id"].clone();
        crm.ask(&json!({"to": SENDER, "media": [id, small]})).await.problem(422);
    }

    async fn files_that_no_message_has_go_away(crm: Crm) {
        let used = crm.upload(ALPHA, "image/gif", GIF).await.json_with(201)["id"].clone();
        let unused = crm.upload(ALPHA, "image/gif", GIF).await.json_with(201)["id"].clone();
        crm.ask(&json!({"to": SENDER, "media": [used]})).await.json_with(201);
        crm.work().await;
        crm.clock.advance(SignedDuration::from_hours(25));
        crm.work().await;
        let path = |id: &Value| format!("/api/media/{}", id.as_str().unwrap());
        assert_eq!(crm.get(ALPHA, &path(&used)).await.status, 200);
        crm.get(ALPHA, &path(&unused)).await.problem(404);
        crm.get(ALPHA, &path(&json!(Uuid::now_v7()))).await.problem(404);
    }

    async fn a_file_goes_along_when_a_text_is_tried_again(crm: Crm) {
        let gif = crm.upload(ALPHA, "image/gif", GIF).await.json_with(201);
        let fate = twilio_hooks::testing::MessageFate::Undelivered(30003);
        crm.fake().set_message_fate(SENDER, fate);
        let wanted = crm.ask(&json!({"to": SENDER, "media": [gif["id"]]})).await.json_with(201);
        crm.work().await;
        crm.settle().await;
        let again = crm.act(ALPHA, wanted["id"].as_str().unwrap(), "retry").await.json_with(201);
        assert_eq!(again["media"], wanted["media"]);
    }
}
