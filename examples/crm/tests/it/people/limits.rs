//! How often somebody may try to sign in. The clock stands still, so nothing waits.

use crm::people::Role;
use http::header;
use jiff::SignedDuration;

use super::from;
use crate::{
    browser::{PASSWORD, login},
    support::{Answer, Crm, Storage, on_both_databases},
};

const WRONG: &str = "a wrong password";

async fn attempt(crm: &Crm, peer: &str, email: &str, password: &str) -> Answer {
    crm.send(from(peer, login(email, password))).await
}

fn retry_after(answer: &Answer) -> u64 {
    answer.problem(429);
    answer.headers[header::RETRY_AFTER]
        .to_str()
        .unwrap()
        .parse()
        .unwrap()
}

on_both_databases! {
    /// D.6: five attempts in five minutes from one address.
    async fn an_address_may_try_five_times(crm: Crm) {
        crm.add_person("Alpha", "ana@example.com", Role::Agent).await;
        let peer = "203.0.113.9:4711";
        for number in 0..5 {
            let email = format!("{number}@example.com");
            attempt(&crm, peer, &email, WRONG).await.problem(401);
        }
        // The right password does not help any more.
        let answer = attempt(&crm, peer, "ana@example.com", PASSWORD).await;
        assert_eq!(retry_after(&answer), 60);
        assert_eq!(attempt(&crm, "203.0.113.10:1", "ana@example.com", PASSWORD).await.status, 200);
        crm.clock.advance(SignedDuration::from_secs(60));
        assert_eq!(attempt(&crm, peer, "ana@example.com", PASSWORD).await.status, 200);
    }

    /// D.6: ten attempts in fifteen minutes for one email address, known or not.
    async fn an_email_address_may_be_tried_ten_times(crm: Crm) {
        crm.add_person("Alpha", "ana@example.com", Role::Agent).await;
        for email in ["ana@example.com", "nobody@example.com"] {
            for number in 0..10 {
                let peer = format!("203.0.113.{number}:1");
                attempt(&crm, &peer, email, WRONG).await.problem(401);
                crm.clock.advance(SignedDuration::from_secs(1));
            }
            let answer = attempt(&crm, "198.51.100.1:1", &email.to_uppercase(), WRONG).await;
            assert_eq!(retry_after(&answer), 80);
            crm.clock.advance(SignedDuration::from_mins(15));
        }
        assert_eq!(attempt(&crm, "198.51.100.1:1", "ana@example.com", PASSWORD).await.status, 200);
    }
}

/// What a client writes into the header before it reaches the proxy is its own invention.
#[tokio::test]
async fn behind_a_proxy_the_client_is_counted_and_not_the_proxy() {
    let first = "trusted_proxies = { addresses = [\"10.0.0.0/8\"] }";
    let crm = Crm::with_fake_and(Storage::sqlite(), first).await;
    let attempt = async |peer: &str, forwarded: &str| {
        let mut request = from(peer, login("nobody@example.com", WRONG));
        let headers = request.headers_mut();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        crm.clock.advance(SignedDuration::from_secs(1));
        crm.send(request).await.status
    };
    for number in 0..5 {
        let invented = format!("1.1.1.{number}, 203.0.113.9");
        assert_eq!(attempt("10.0.0.1:1", &invented).await, 401);
    }
    assert_eq!(attempt("10.0.0.2:1", "203.0.113.9").await, 429);
    assert_eq!(attempt("10.0.0.1:1", "203.0.113.10").await, 401);
    // From anywhere else the header means nothing.
    for number in 0..4 {
        assert_eq!(
            attempt("198.51.100.7:1", &format!("1.1.2.{number}")).await,
            401
        );
    }
}
