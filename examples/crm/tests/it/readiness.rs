//! Whether the server can take requests, and what it says of itself.

use std::time::Duration;

use crm::jobs::Job;
use jiff::{SignedDuration, Timestamp};
use twilio_hooks::async_trait;

use crate::support::{ALPHA_LINE, Crm, SENDER, on_both_databases, sid};

/// Never succeeds.
#[derive(Debug)]
struct Broken;

#[async_trait]
impl Job for Broken {
    fn name(&self) -> &'static str {
        "broken"
    }

    async fn run(&self, _now: Timestamp) -> anyhow::Result<Duration> {
        anyhow::bail!("it can't be done")
    }
}

async fn says(crm: &Crm) -> (u16, String) {
    // What was said a second ago is said again.
    crm.clock.advance(SignedDuration::from_secs(1));
    let answer = crm.get("", "/readyz").await;
    (answer.status, answer.body)
}

on_both_databases! {
    async fn notifications_that_wait_are_said(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
        // The store has a clock of its own.
        let sql = "update notifications set created_at = $1";
        let now = crm.clock.now();
        crm.state.database.db.execute(sql, crm::args![now]).await.unwrap();
        assert_eq!(says(&crm).await, (200, "ok\n".to_owned()));
        crm.clock.advance(SignedDuration::from_mins(5));
        let (status, text) = says(&crm).await;
        assert_eq!(status, 200, "{text}");
        assert!(text.contains("the dispatcher is stuck"), "{text}");
        assert_eq!(crm.get("", "/readyz").await.body, text);
        crm.deliver().await;
        assert_eq!(says(&crm).await, (200, "ok\n".to_owned()));
    }

    async fn a_job_that_fails_all_the_time_is_said(crm: Crm) {
        let jobs = crm.state.jobs.clone().with(Broken);
        jobs.run_once(crm.clock.now()).await.unwrap_err();
        assert_eq!(says(&crm).await, (200, "ok\n".to_owned()));
        crm.clock.advance(SignedDuration::from_mins(5));
        let (status, text) = says(&crm).await;
        assert_eq!(status, 200, "{text}");
        assert!(text.starts_with("the job `broken` is stuck since"), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
    }

    async fn a_database_without_a_migration_gets_no_requests(crm: Crm) {
        assert_eq!(says(&crm).await, (200, "ok\n".to_owned()));
        let db = &crm.state.database.db;
        let sql = "delete from _crm_migrations where version = 19";
        db.execute(sql, Vec::new()).await.unwrap();
        let (status, text) = says(&crm).await;
        assert_eq!(status, 503);
        assert_eq!(text, "the database lacks migrations: 0019_marker\n");
    }

    async fn a_database_that_is_gone_is_said_and_the_process_is_up(crm: Crm) {
        crm.state.database.db.close().await;
        let said = says(&crm).await;
        assert_eq!(said, (503, "the database does not answer\n".to_owned()));
        assert_eq!(crm.get("", "/healthz").await.status, 200);
    }
}
