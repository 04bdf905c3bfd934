//! Much to send at once, and a server that stops while it does.

use std::{collections::BTreeMap, time::Duration};

use jiff::SignedDuration;
use serde_json::json;
use tokio::{sync::watch, time::sleep};
use twilio_hooks::{LineId, MessageId, testing::Fault};

use crate::support::{ALPHA, Crm, SENDER, on_both_databases, soon};

use super::{OTHER, THIRD};

const SECOND_LINE: &str = "+12025550188";

impl Crm {
    /// Asks for a text from a line.
    async fn want_from(&self, line: LineId, to: &str) -> MessageId {
        let body = json!({"to": to, "line_id": line, "body": "Hello"});
        let text = self.ask(&body).await.json_with(201);
        text["id"].as_str().unwrap().parse().unwrap()
    }

    async fn second_line(&self) -> LineId {
        self.fake().add_number(SECOND_LINE);
        self.add_line(&self.account.0, SECOND_LINE).await
    }

    async fn first_line(&self) -> LineId {
        let lines = self.state.database.lines.lines(self.alpha().await).await;
        lines.unwrap()[0].id
    }

    /// How many texts of each line Twilio is being asked for.
    async fn under_way(&self) -> BTreeMap<String, i64> {
        let sql = "select line_id, count(*) as texts from outgoing
                   where state = 'sending' group by line_id";
        let rows = self.state.database.db.rows(sql, vec![]).await.unwrap();
        let of = |row: &crm::database::Row| {
            let line: LineId = row.get("line_id").unwrap();
            (line.to_string(), row.get("texts").unwrap())
        };
        rows.iter().map(of).collect()
    }

    /// The lines that a pace is known of.
    async fn paces(&self) -> usize {
        let sql = "select line_id from outgoing_lines";
        let rows = self.state.database.db.rows(sql, vec![]).await;
        rows.unwrap().len()
    }
}

on_both_databases! {
    async fn no_more_is_taken_up_than_there_is_room_for_and_each_line_gets_its_part(crm: Crm) {
        crm.configure(&json!({"rate": 225})).await;
        let lines = [crm.first_line().await, crm.second_line().await];
        for line in lines {
            for number in 0..40 {
                crm.want_from(line, &format!("+120255502{number:02}")).await;
            }
        }
        for _ in 0..80 {
            crm.fake().fail_next_at("Messages.json", Fault::HangBefore);
        }
        let (jobs, now) = (crm.state.jobs.clone(), crm.clock.now());
        let server = tokio::spawn(async move { jobs.run_once(now).await });
        soon(async {
            while crm.fake().requests().len() < 32 {
                sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
        // Long enough to look for more.
        sleep(Duration::from_millis(600)).await;
        let parts: Vec<_> = crm.under_way().await.into_values().collect();
        server.abort();
        assert_eq!(parts, [16, 16]);
        assert_eq!(crm.fake().requests().len(), 32);
    }

    async fn a_server_that_stops_takes_up_no_more_texts(crm: Crm) {
        let (first, second) = (crm.first_line().await, crm.second_line().await);
        crm.fake().fail_next_at("Messages.json", Fault::HangBefore);
        crm.want_from(first, SENDER).await;
        let (stop, stopped) = watch::channel(false);
        let jobs = crm.state.jobs.clone().run(crm.clock.clone(), stopped);
        let running = tokio::spawn(jobs);
        soon(async {
            while crm.fake().requests().is_empty() {
                sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
        // As long as it does not stop, nobody waits for the one that hangs.
        crm.want_from(second, OTHER).await;
        soon(async {
            while crm.sent().is_empty() {
                sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
        stop.send(true).unwrap();
        crm.clock.advance(SignedDuration::from_secs(1));
        let late = crm.want_from(second, THIRD).await;
        sleep(Duration::from_secs(1)).await;
        running.abort();
        assert_eq!(crm.sent().len(), 1);
        assert_eq!(crm.message(&late.to_string()).await["outgoing"]["cancelable"], true);
    }

    async fn twilio_does_not_make_a_line_wait_for_hours(crm: Crm) {
        let day = Duration::from_secs(24 * 3600);
        crm.fake().fail_next(Fault::RateLimit { retry_after: Some(day) });
        crm.want(SENDER, "Hello").await;
        crm.work().await;
        crm.wait(14 * 60).await;
        crm.work().await;
        assert!(crm.sent().is_empty());
        crm.wait(61).await;
        crm.work().await;
        assert_eq!(crm.sent(), ["Hello"]);
    }

    async fn a_line_with_nothing_to_send_is_not_looked_at(crm: Crm) {
        crm.want(SENDER, "One").await;
        crm.work().await;
        assert_eq!(crm.paces().await, 1, "it rests for a second");
        crm.want(OTHER, "Two").await;
        crm.work().await;
        assert_eq!(crm.sent(), ["One"]);
        crm.wait(1).await;
        crm.work().await;
        assert_eq!((crm.sent().len(), crm.paces().await), (2, 1));
        crm.wait(1).await;
        crm.work().await;
        assert_eq!(crm.paces().await, 0);
        crm.want(THIRD, "Three").await;
        crm.work().await;
        assert_eq!(crm.sent().len(), 3);
        // Nor is one forgotten whose text may have to be sent again.
        crm.wait(1).await;
        crm.fake().fail_next(Fault::DropBefore);
        crm.want(SENDER, "Four").await;
        crm.work().await;
        crm.wait(1).await;
        crm.work().await;
        assert_eq!(crm.paces().await, 1);
        assert_eq!(crm.get(ALPHA, "/api/messages").await.items().len(), 4);
    }
}
