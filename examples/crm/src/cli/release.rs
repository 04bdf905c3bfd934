//! `crm release`: puts back what was set at Twilio before `crm setup`.

use std::{
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::json;
use twilio_hooks::store::Line;

use super::{company, open};
use crate::{
    accounts::address,
    app::AppState,
    database::Company,
    operate::release::{Released, release},
};

/// Put back what was set at Twilio before the webhooks of lines were ours.
///
/// What somebody has changed at Twilio since stays as it is. Exit codes: 0 done; 1 something failed.
#[derive(Debug, Args)]
pub(super) struct ReleaseArgs {
    /// The company whose lines they are; needed if there are several.
    #[arg(long, value_name = "NAME")]
    company: Option<String>,

    /// A line to let go: its number, or the SID of a messaging service; several are possible.
    #[arg(long = "number", value_name = "NUMBER", conflicts_with = "all")]
    numbers: Vec<String>,

    /// All lines of the company.
    #[arg(long)]
    all: bool,

    /// Take the lines out of use as well. What came over them stays.
    #[arg(long)]
    remove: bool,

    /// Say what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,

    /// Say it as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: ReleaseArgs, path: Option<&Path>) -> anyhow::Result<ExitCode> {
    let (config, state) = open(path).await?;
    let done = async {
        let company = company::find(args.company.as_deref(), &config, &state.database).await?;
        work(&args, &state, &company, &mut io::stdout().lock()).await
    }
    .await;
    state.database.db.close().await;
    done
}

async fn work(
    args: &ReleaseArgs,
    state: &AppState,
    company: &Company,
    out: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    let mut all = Vec::new();
    for line in chosen(args, state, company).await? {
        let released = release(state, &line, args.remove, args.dry_run).await;
        if !args.json {
            show(&released, args.dry_run, out)?;
        }
        all.push(released);
    }
    if args.json {
        let all = json!({"company": company.name, "dry_run": args.dry_run, "lines": all});
        writeln!(out, "{all:#}")?;
    }
    Ok(match all.iter().any(|it| it.error.is_some()) {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}

async fn chosen(
    args: &ReleaseArgs,
    state: &AppState,
    company: &Company,
) -> anyhow::Result<Vec<Line>> {
    let lines = state.database.lines.lines(company.id).await?;
    if args.all {
        return Ok(lines);
    }
    if args.numbers.is_empty() {
        bail!("name the lines by --number, or all of them by --all");
    }
    let line = |written: &String| {
        let wanted = address(written);
        let mut lines = lines.iter();
        let line = lines.find(|line| Some(&line.address) == wanted.as_ref());
        let line = line.cloned();
        line.with_context(|| format!("{} has no line `{written}`", company.name))
    };
    args.numbers.iter().map(line).collect()
}

fn show(released: &Released, is_dry: bool, out: &mut impl Write) -> io::Result<()> {
    let address = &released.address;
    if let Some(error) = &released.error {
        return writeln!(out, "{address} could not be let go: {error}");
    }
    if released.webhooks.is_empty() {
        writeln!(
            out,
            "{address}: nothing was replaced here, so nothing is put back"
        )?;
    }
    for it in &released.webhooks {
        let previous = it.previous.as_deref().unwrap_or("nothing");
        let done = match (it.is_put_back, is_dry) {
            (true, false) => format!("is {previous} again"),
            (true, true) => format!("would be {previous} again"),
            (false, _) => "stays, because somebody has changed it since".to_owned(),
        };
        writeln!(out, "{address}: {} {done}", it.webhook)?;
    }
    if released.is_removed {
        let done = if is_dry { "would be" } else { "is" };
        writeln!(out, "{address} {done} no line any more")?;
    }
    Ok(())
}
