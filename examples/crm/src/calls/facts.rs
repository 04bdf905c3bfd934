//! Reads the [`Facts`] for a call from the database.

use std::collections::BTreeSet;

use twilio_hooks::{
    CompanyId, UserId,
    store::{Line, StoreError},
};

use super::{
    menu::{Action, Menu},
    menus::Menus,
    planner::{Facts, Incoming, Person},
    rule::Mode,
    settings::{Rules, readable},
};
use crate::{args, database::Database};

/// What the facts are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A call that came.
    Call,
    /// Somebody wants to see what a call would do: they must not learn whose the numbers of other
    /// companies are.
    Preview,
}

/// What is set just now for calls to a line.
///
/// # Errors
/// If the database fails.
pub(super) async fn facts(
    database: &Database,
    line: &Line,
    call: &Incoming,
    purpose: Purpose,
) -> Result<Facts, StoreError> {
    let company = line.company_id;
    let rules = Rules::new(database.db.clone());
    let of_line = rules.line(company, line.id).await?;
    let mut facts = Facts {
        settings: rules.company(company).await?,
        line_rule: of_line.rule,
        line_recording: of_line.recording,
        line_greeting: database.settings.line_settings(line.id).await?.greeting,
        line_user: line.user_id,
        ..Facts::default()
    };
    add_people(database, company, &mut facts).await?;
    if facts.rule().mode == Mode::Menu {
        let menus = Menus::new(database.db.clone()).all(company).await?;
        facts.menus = menus.into_iter().map(|it| (it.id, it.menu)).collect();
        add_people(database, company, &mut facts).await?;
    }
    for number in numbers(&facts, call) {
        let is_ours = match purpose {
            Purpose::Call => database.settings.is_line(&number).await?,
            Purpose::Preview => database.settings.is_line_of(company, &number).await?,
        };
        if is_ours {
            facts.our_numbers.push(number);
        }
    }
    Ok(facts)
}

/// Every number that the call comes from or may go to.
fn numbers(facts: &Facts, call: &Incoming) -> BTreeSet<String> {
    let phones = facts.people.values();
    let phones = phones.flat_map(|it| [it.mobile.clone(), it.office.clone()]);
    let actions = facts.menus.values().flat_map(Menu::actions);
    let by_menu = actions.filter_map(|(_, action)| match action {
        Action::Number { number, .. } => Some(number.clone()),
        _ => None,
    });
    let callers = [Some(&call.from), call.forwarded_from.as_ref()];
    let callers = callers.into_iter().flatten();
    let callers = callers.filter_map(|it| it.contact_key().map(str::to_owned));
    phones.flatten().chain(by_menu).chain(callers).collect()
}

async fn add_people(
    database: &Database,
    company: CompanyId,
    facts: &mut Facts,
) -> Result<(), StoreError> {
    let wanted: Vec<UserId> = facts.wanted_people().collect();
    for user in wanted {
        if !facts.people.contains_key(&user)
            && let Some(person) = person(database, company, user).await?
        {
            facts.people.insert(user, person);
        }
    }
    Ok(())
}

/// Somebody of the company who works there still.
async fn person(
    database: &Database,
    company: CompanyId,
    user: UserId,
) -> Result<Option<Person>, StoreError> {
    let sql = "select u.name, u.mobile, u.office, r.rule from users u
               left join user_call_rules r on r.company_id = u.company_id and r.user_id = u.id
               where u.company_id = $1 and u.id = $2 and u.disabled_at is null";
    let Some(row) = database.db.row(sql, args![company, user]).await? else {
        return Ok(None);
    };
    Ok(Some(Person {
        name: row.get("name")?,
        mobile: row.get("mobile")?,
        office: row.get("office")?,
        rule: readable(&row, "rule"),
    }))
}
