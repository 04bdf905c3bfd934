//! Which company a command is about.

use anyhow::bail;

use crate::{
    clock::Clock,
    config::Config,
    database::{Company, Database},
};

/// The company of this name, or the only one of the configuration. The server adds the companies of
/// the configuration when it starts; it may not have started yet.
pub(super) async fn find(
    name: Option<&str>,
    config: &Config,
    database: &Database,
) -> anyhow::Result<Company> {
    let name = match (name, config.companies.as_slice()) {
        (Some(name), _) => name.trim(),
        (None, [only]) => &only.name,
        (None, _) => bail!("there are several companies, and --company must say which it is"),
    };
    let known = database.settings.companies().await?;
    if let Some(company) = known.into_iter().find(|company| company.name == name) {
        return Ok(company);
    }
    if config.companies.iter().all(|company| company.name != name) {
        bail!("there is no company `{name}`, neither in the database nor in the configuration");
    }
    let now = Clock::default().now();
    Ok(database.settings.add_company(name, now).await?)
}
