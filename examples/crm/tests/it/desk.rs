//! People at their desks: what they look at, and what they find there.

use crm::{args, people::Role};
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    browser::Browser,
    support::{ALPHA, Crm},
};

/// Somebody of a company who was there before everything else, and is signed in.
pub(crate) async fn person<'a>(crm: &'a Crm, company: &str, role: Role) -> Browser<'a> {
    let email = format!(
        "{}@{}.example",
        uuid::Uuid::now_v7().simple(),
        company.to_lowercase()
    );
    let user = crm.add_person(company, &email, role).await;
    let long_ago: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let sql = "update users set created_at = $1 where id = $2";
    let args = args![long_ago, user.id];
    crm.state.database.db.execute(sql, args).await.unwrap();
    Browser::sign_in(crm, &email).await
}

/// The id of the contact of company Alpha with this address.
pub(crate) async fn contact(crm: &Crm, address: &str) -> String {
    let contacts = crm.get(ALPHA, "/api/contacts?limit=200").await.items();
    let found = contacts.iter().find(|it| it["address"] == address);
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

/// The texts of a list of entries.
pub(crate) fn texts(items: &Value) -> Vec<&str> {
    let items = items.as_array().unwrap();
    items.iter().filter_map(|it| it["body"].as_str()).collect()
}
