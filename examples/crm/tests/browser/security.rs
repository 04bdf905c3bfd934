//! What pages promise about security.

use axum::body::Body;
use crm::people::Role;
use http::{Request, header};

use crate::{
    browser::Browser,
    driver::in_browser,
    office::sid,
    support::{Answer, BETA_LINE, SENDER},
};

async fn get(
    office: &crate::office::Office,
    path: &str,
    headers: &[(header::HeaderName, &str)],
) -> Answer {
    let mut request = Request::get(path).header(header::ACCEPT, "text/html");
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    office.crm.send(request.body(Body::empty()).unwrap()).await
}

in_browser! {
    async fn every_page_has_a_strict_policy_and_is_not_kept(office: &Office, _page: &Page) {
        let email = office.person(Role::Agent).await;
        let browser = Browser::sign_in(&office.crm, &email).await;
        for path in ["/messages", "/calls", "/contacts", "/sign-in", "/messages/unknown", "/calls/unknown", "/guide/start", "/parts/messages/rows", "/parts/calls/rows"] {
            let cookie = [(header::COOKIE, browser.cookie.as_str())];
            for headers in [&cookie[..], &[]] {
                let answer = get(office, path, headers).await;
                let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
                assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
                assert!(!policy.contains("unsafe") && !policy.contains('*'), "{path}");
                assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
                assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store", "{path}");
                assert_eq!(answer.headers["cross-origin-opener-policy"], "same-origin", "{path}");
                assert_eq!(answer.headers[header::REFERRER_POLICY], "same-origin", "{path}");
            }
        }
    }

    async fn a_part_tells_who_is_signed_out_instead_of_leading_away(office: &Office, _page: &Page) {
        let answer = get(office, "/parts/messages/rows", &[]).await;
        assert_eq!(answer.status, 401, "{answer:?}");
        // The token of a program opens no page.
        let token = format!("Bearer {}", crate::support::ALPHA);
        let answer = get(office, "/messages", &[(header::AUTHORIZATION, &token)]).await;
        assert_eq!(answer.status, 303, "{answer:?}");
    }

    async fn assets_are_kept_for_ever_under_their_digest_only(office: &Office, _page: &Page) {
        let page = get(office, "/sign-in", &[]).await.body;
        let (_, rest) = page.split_once("/assets/").unwrap();
        let (digest, _) = rest.split_once('/').unwrap();
        let answer = get(office, &format!("/assets/{digest}/app.css"), &[]).await;
        assert_eq!(answer.headers[header::CONTENT_TYPE], "text/css; charset=utf-8");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        let answer = get(office, "/assets/0000000000000000/js/api.js", &[]).await;
        assert_eq!(answer.headers[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(get(office, &format!("/assets/{digest}/nothing.js"), &[]).await.status, 404);
    }

    async fn what_is_not_there_is_a_page_for_people_and_a_problem_for_programs(office: &Office, page: &Page) {
        page.go("/nothing/here").await;
        page.read("h1", "There is nothing here").await;
        page.has_no_complaints().await;
        let program = Request::get("/nothing/here").body(Body::empty()).unwrap();
        office.crm.send(program).await.problem(404);
        get(office, "/api/nothing", &[]).await.problem(404);
    }

    async fn another_companys_conversations_are_not_in_the_list(office: &Office, page: &Page) {
        let email = office.person(Role::Owner).await;
        office.text_to(BETA_LINE, &sid("SM", 1), SENDER, "for Beta alone").await;
        page.sign_in(&email).await;
        page.read(".threads", "Nobody has written or called yet.").await;
        page.go("/messages?q=555").await;
        page.read(".threads", "No conversation is like that.").await;
    }

    async fn a_text_of_markup_is_a_text(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        let text = "<script>document.title='bad'</script><img src=x onerror=alert(1)>";
        office.text(&sid("SM", 1), SENDER, text).await;
        page.sign_in(&email).await;
        page.read(".thread-preview", text).await;
        page.holds("!document.querySelector('.thread img, .thread script')").await;
        page.has_no_complaints().await;
    }
}
