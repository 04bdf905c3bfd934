//! What the operator sees of webhooks that nobody owns.

use jiff::SignedDuration;
use twilio_hooks::{Address, LineId, store::Line};

use crate::{
    recordings,
    support::{ACCOUNT, ALPHA, ALPHA_LINE, BETA, Crm, OPERATOR, SENDER, Storage, sid},
};

#[tokio::test]
async fn there_is_nothing_without_an_operator() {
    let crm = Crm::start().await;
    crm.get(OPERATOR, "/api/operator/unrouted")
        .await
        .problem(404);
    crm.request("POST", OPERATOR, "/api/operator/reroute", None)
        .await
        .problem(404);
    crm.get(ALPHA, "/api/operator/unrouted").await.problem(404);
}

/// What came before the number was somebody's is copied like everything after it.
#[tokio::test]
async fn recordings_that_found_their_company_late_are_copied() {
    let first = format!("operator_token = \"{OPERATOR}\"");
    let crm = Crm::with_fake_and(Storage::sqlite(), &first).await;
    recordings::set(&crm, true, false, None).await;
    let number = "+12025550111";
    crm.fake().add_number(number);
    recordings::recorded(&crm, number).await;
    recordings::recorded(&crm, ALPHA_LINE).await;
    crm.clock.advance(SignedDuration::from_hours(48));
    crm.work().await;
    assert_eq!(recordings::stored(&crm), 1);

    let companies = crm.state.database.settings.companies().await.unwrap();
    let alpha = companies.iter().find(|company| company.name == "Alpha");
    let id = LineId::at(jiff::Timestamp::now());
    let account = crm.fake().account_sid();
    let line = Line::new(id, account, Address::from(number), alpha.unwrap().id);
    crm.state.database.lines.put_line(&line).await.unwrap();
    crm.request("POST", OPERATOR, "/api/operator/reroute", None)
        .await;
    crm.work().await;
    assert_eq!(recordings::stored(&crm), 2);
}

#[tokio::test]
async fn only_the_operator_may_look() {
    let crm = Crm::start_with(&format!("operator_token = \"{OPERATOR}\"")).await;
    for token in ["", ALPHA, BETA] {
        crm.get(token, "/api/operator/unrouted").await.problem(401);
        crm.request("POST", token, "/api/operator/reroute", None)
            .await
            .problem(401);
    }
    crm.get(OPERATOR, "/api/messages").await.problem(401);
}

#[tokio::test]
async fn unrouted_webhooks_are_shown_and_recorded_again() {
    let crm = Crm::start_with(&format!("operator_token = \"{OPERATOR}\"")).await;
    let number = "+12025550111";
    crm.text(&sid("SM", 1), SENDER, number, "Is anybody there?")
        .await;
    crm.text(&sid("SM", 2), SENDER, number, "Hello?").await;
    crm.text(&sid("SM", 3), SENDER, "+12025550122", "Wrong number")
        .await;

    let answer = crm.get(OPERATOR, "/api/operator/unrouted").await;
    let items = answer.items();
    assert_eq!(items.len(), 3);
    assert_eq!(items[2]["line"], number);
    assert_eq!(items[2]["kind"], "message-incoming");
    assert_eq!(items[2]["sid"], sid("SM", 1));
    assert!(
        !answer.body.contains("anybody") && !answer.body.contains(SENDER),
        "{}",
        answer.body
    );

    let companies = crm.state.database.settings.companies().await.unwrap();
    let alpha = companies
        .iter()
        .find(|company| company.name == "Alpha")
        .unwrap();
    let id = LineId::at(jiff::Timestamp::now());
    let line = Line::new(id, ACCOUNT, Address::from(number), alpha.id);
    crm.state.database.lines.put_line(&line).await.unwrap();
    let rerouted = crm
        .request("POST", OPERATOR, "/api/operator/reroute", None)
        .await
        .json();
    assert_eq!(
        rerouted,
        serde_json::json!({ "routed": 2, "unrouted": 1, "unreadable": 0 })
    );

    let messages = crm.get(ALPHA, "/api/messages").await.items();
    assert_eq!(messages.len(), 2);
    assert_eq!(crm.get(ALPHA, "/api/contacts").await.items().len(), 1);
    crm.deliver().await;
    assert_eq!(crm.get(ALPHA, "/api/notifications").await.items().len(), 2);
    let left = crm.get(OPERATOR, "/api/operator/unrouted").await.items();
    assert_eq!(left.len(), 1);
    let again = crm
        .request("POST", OPERATOR, "/api/operator/reroute", None)
        .await
        .json();
    assert_eq!(
        again,
        serde_json::json!({ "routed": 0, "unrouted": 1, "unreadable": 0 })
    );
}
