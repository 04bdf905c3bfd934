//! Tells a company's people that something is not set up right.

use twilio_hooks::{
    notify::Topic,
    store::{Notice, StoreError},
};

use super::SetupProblem;
use crate::database::Database;

/// Puts a notice of a problem; each problem is told once, however often this is called.
pub(super) async fn raise(database: &Database, problem: &SetupProblem) -> Result<(), StoreError> {
    let notice = Notice::new(
        problem.company,
        Topic::SetupProblem,
        problem.id.to_string(),
        problem.sentence.as_str(),
        problem.since,
    )
    .with_message(problem.remedy.as_str());
    database.notices.put_notice(&notice).await.map(drop)
}
