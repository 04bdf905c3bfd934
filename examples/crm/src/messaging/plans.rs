//! What the sender does again and again it does by an index: on SQLite nobody else writes meanwhile.

use jiff::Timestamp;
use twilio_hooks::LineId;
use uuid::Uuid;

use super::{answer::FIND, claim};
use crate::{
    args,
    database::{Arg, Database, Db},
    secret::Secret,
    threads::plans::sqlite_plan,
};

async fn plan(sql: &'static str, args: Vec<Arg>) -> String {
    let name = std::env::temp_dir().join(format!("crm-texts-{}.sqlite", Uuid::now_v7()));
    let url = Secret::new(&format!("sqlite:{}", name.display()));
    let database = Database::connect(&url).await.unwrap();
    let Db::Sqlite { reading, .. } = &database.db else {
        panic!("this is SQLite");
    };
    let plan = sqlite_plan(reading, sql, args).await.join("\n");
    database.db.close().await;
    std::fs::remove_file(name).unwrap();
    assert!(!plan.contains("SCAN outgoing"), "{sql}\n{plan}");
    plan
}

#[tokio::test(flavor = "current_thread")]
async fn the_next_texts_of_a_line_are_found_without_the_history_of_their_contacts() {
    let now = Timestamp::now();
    let plan = plan(claim::TAKE, args![LineId::at(now), now, 4]).await;
    assert!(plan.contains("outgoing_queued (line_id=?)"), "{plan}");
    let earlier = "outgoing_under_way (line_id=? AND company_id=? AND contact_id=? AND id<?)";
    assert!(plan.contains(earlier), "{plan}");
}

#[tokio::test(flavor = "current_thread")]
async fn leases_that_end_are_found_by_their_time() {
    let plan = plan(claim::END_LEASES, args![Timestamp::now()]).await;
    assert!(plan.contains("outgoing_due (due_at<?)"), "{plan}");
}

#[tokio::test(flavor = "current_thread")]
async fn what_a_line_has_to_send_is_found_by_the_line() {
    let plan = plan(claim::FORGET_PACE, args![LineId::at(Timestamp::now())]).await;
    for index in [
        "outgoing_queued (line_id=?)",
        "outgoing_under_way (line_id=?)",
    ] {
        assert!(plan.contains(index), "{plan}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn an_answer_in_twilios_list_is_found_by_its_time() {
    let id = Uuid::now_v7();
    let plan = plan(FIND, args![id, id, "AC1", "+12025550143"]).await;
    assert!(plan.contains("(id>? AND id<?)"), "{plan}");
}
