//! What keeps people from using a page, as axe finds it.

use std::sync::OnceLock;

use serde_json::Value;
use twilio_hooks_tests::chromium;

use crate::page::Page;

impl Page {
    /// Expects that axe finds nothing serious on the page as it is now.
    pub(crate) async fn has_no_barriers(&self, name: &str) {
        static AXE: OnceLock<String> = OnceLock::new();
        let axe = tokio::task::spawn_blocking(|| AXE.get_or_init(chromium::axe)).await;
        self.client.execute(axe.unwrap(), vec![]).await.unwrap();
        let script = "const done = arguments[0];
            axe.run(document, { resultTypes: ['violations'] }).then(done, (e) => done(String(e)));";
        let result = self.client.execute_async(script, vec![]).await.unwrap();
        let violations = result["violations"].as_array().expect("axe has run");
        let serious: Vec<_> = violations
            .iter()
            .filter(|it| it["impact"] == "serious" || it["impact"] == "critical")
            .map(describe)
            .collect();
        assert!(serious.is_empty(), "{name}: {serious:#?}");
    }
}

fn describe(violation: &Value) -> String {
    let nodes = violation["nodes"].as_array().unwrap().iter();
    let nodes: Vec<_> = nodes
        .map(|node| format!("{}\n{}", node["html"], node["failureSummary"]))
        .collect();
    format!(
        "{}: {}\n{}",
        violation["id"],
        violation["help"],
        nodes.join("\n")
    )
}
