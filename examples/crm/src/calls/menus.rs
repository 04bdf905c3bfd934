//! [`Menus`]: the menus of a company in the database.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;
use twilio_hooks::{CompanyId, store::StoreError};
use uuid::Uuid;

use super::{
    Invalid, SetError,
    flows::new_id,
    graph::{BadPath, Links, MAX_DEPTH, bad_path},
    menu::{Action, Menu},
    settings::json as to_json,
};
use crate::{
    api::Caller,
    args,
    database::{Db, Row, Tx, is_duplicate, lock_company},
    people::audit,
};

/// How many menus a company may have.
const MOST_MENUS: usize = 100;

/// A menu that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptMenu {
    /// The row.
    pub id: Uuid,
    /// The menu.
    pub menu: Menu,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// The menus in the database.
#[derive(Debug, Clone)]
pub struct Menus {
    db: Db,
}

impl Menus {
    /// The menus in `db`.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// All menus of a company, by name; there are few.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn all(&self, company: CompanyId) -> Result<Vec<KeptMenu>, StoreError> {
        let sql = "select id, menu, created_at, updated_at from menus
                   where company_id = $1 order by name";
        let rows = self.db.rows(sql, args![company]).await?;
        rows.iter().map(kept).collect()
    }

    /// One menu.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn get(&self, company: CompanyId, id: Uuid) -> Result<Option<KeptMenu>, StoreError> {
        let row = self.db.row(ONE, args![company, id]).await?;
        row.as_ref().map(kept).transpose()
    }

    /// Adds a menu.
    ///
    /// # Errors
    /// See [`SetError`].
    pub async fn add(&self, caller: &Caller, menu: &Menu) -> Result<KeptMenu, SetError> {
        let (company, now) = (caller.company, caller.at);
        let mut tx = self.begin(company).await?;
        let id = new_id(now);
        let menus = names(&mut tx, company).await?;
        if menus.len() >= MOST_MENUS {
            return Err(SetError::Conflict(format!(
                "a company can have {MOST_MENUS} menus"
            )));
        }
        let sql = "insert into menus (id, company_id, name, menu, created_at, updated_at)
                   values ($1, $2, $3, $4, $5, $5)";
        let args = args![id, company, menu.name.trim(), to_json(menu), now];
        tx.execute(sql, args).await.map_err(taken)?;
        link(&mut tx, company, id, menu, menus).await?;
        let details = json!({ "after": menu });
        audit(&mut tx, caller, "menu.created", Some(("menu", id)), details).await?;
        tx.commit().await?;
        Ok(KeptMenu {
            id,
            menu: menu.clone(),
            created_at: now,
            updated_at: now,
        })
    }

    /// Replaces a menu.
    ///
    /// # Errors
    /// See [`SetError`].
    pub async fn replace(
        &self,
        caller: &Caller,
        id: Uuid,
        menu: &Menu,
    ) -> Result<KeptMenu, SetError> {
        let (company, now) = (caller.company, caller.at);
        let mut tx = self.begin(company).await?;
        let before = get_in(&mut tx, company, id).await?;
        let sql = "update menus set name = $3, menu = $4, updated_at = $5
                   where company_id = $1 and id = $2";
        let args = args![company, id, menu.name.trim(), to_json(menu), now];
        tx.execute(sql, args).await.map_err(taken)?;
        let menus = names(&mut tx, company).await?;
        link(&mut tx, company, id, menu, menus).await?;
        let details = json!({ "before": before.menu, "after": menu });
        audit(&mut tx, caller, "menu.changed", Some(("menu", id)), details).await?;
        tx.commit().await?;
        Ok(KeptMenu {
            menu: menu.clone(),
            updated_at: now,
            ..before
        })
    }

    /// Removes a menu that nothing leads to.
    ///
    /// # Errors
    /// [`SetError::Conflict`] if something does; see there for others.
    pub async fn remove(&self, caller: &Caller, id: Uuid) -> Result<(), SetError> {
        let company = caller.company;
        let mut tx = self.begin(company).await?;
        let before = get_in(&mut tx, company, id).await?.menu;
        if let Some(user) = used_by(&mut tx, company, id).await? {
            return Err(SetError::Conflict(format!("{user} leads to this menu")));
        }
        let sql = "delete from menu_links where company_id = $1 and menu_id = $2";
        tx.execute(sql, args![company, id]).await?;
        let sql = "delete from menus where company_id = $1 and id = $2";
        tx.execute(sql, args![company, id]).await?;
        let details = json!({ "before": before });
        audit(&mut tx, caller, "menu.removed", Some(("menu", id)), details).await?;
        tx.commit().await?;
        Ok(())
    }

    /// One change of a company's menus at a time: two that are good alone may make a circle.
    async fn begin(&self, company: CompanyId) -> Result<Tx, StoreError> {
        let mut tx = self.db.begin().await?;
        lock_company(&mut tx, company).await?;
        Ok(tx)
    }
}

const ONE: &str = "select id, menu, created_at, updated_at from menus
                   where company_id = $1 and id = $2";

async fn get_in(tx: &mut Tx, company: CompanyId, id: Uuid) -> Result<KeptMenu, SetError> {
    let row = tx.row(ONE, args![company, id]).await?;
    Ok(kept(&row.ok_or(SetError::NotFound)?)?)
}

fn kept(row: &Row) -> Result<KeptMenu, StoreError> {
    Ok(KeptMenu {
        id: row.get("id")?,
        menu: row.json("menu")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

fn taken(error: StoreError) -> SetError {
    if is_duplicate(&error) {
        SetError::Conflict("another menu has this name".to_owned())
    } else {
        error.into()
    }
}

/// The names of a company's menus.
async fn names(tx: &mut Tx, company: CompanyId) -> Result<BTreeMap<Uuid, String>, StoreError> {
    let sql = "select id, name from menus where company_id = $1";
    let rows = tx.rows(sql, args![company]).await?;
    let names = rows
        .iter()
        .map(|row| Ok((row.get("id")?, row.get("name")?)));
    names.collect()
}

/// Writes where a menu leads to, if all of that is the company's and no caller gets lost in it.
async fn link(
    tx: &mut Tx,
    company: CompanyId,
    id: Uuid,
    menu: &Menu,
    mut names: BTreeMap<Uuid, String>,
) -> Result<(), SetError> {
    names.insert(id, menu.name.trim().to_owned());
    if menu.links().any(|to| !names.contains_key(&to)) {
        return Err(SetError::NotFound);
    }
    people_exist(tx, company, menu).await?;
    menu.check()?;
    are_not_lines(tx, company, menu).await?;
    let sql = "delete from menu_links where company_id = $1 and menu_id = $2";
    tx.execute(sql, args![company, id]).await?;
    let sql = "insert into menu_links (company_id, menu_id, to_menu_id) values ($1, $2, $3)
               on conflict (company_id, menu_id, to_menu_id) do nothing";
    for to in menu.links() {
        tx.execute(sql, args![company, id, to]).await?;
    }
    let sql = "select menu_id, to_menu_id from menu_links where company_id = $1";
    let mut links = Links::new();
    for row in tx.rows(sql, args![company]).await? {
        let (from, to): (Uuid, Uuid) = (row.get("menu_id")?, row.get("to_menu_id")?);
        links.entry(from).or_default().push(to);
    }
    // A way that is too long may begin at another menu.
    let starts = std::iter::once(id).chain(links.keys().copied());
    let Some(bad) = starts.into_iter().find_map(|start| bad_path(&links, start)) else {
        return Ok(());
    };
    let way = |path: &[Uuid]| {
        let names = path
            .iter()
            .map(|id| names.get(id).map_or("?", String::as_str));
        names.collect::<Vec<_>>().join(" → ")
    };
    Err(SetError::Conflict(match bad {
        BadPath::Circle(path) => format!("the menus lead in a circle: {}", way(&path)),
        BadPath::TooDeep(path) => {
            format!("more than {MAX_DEPTH} menus are in a row: {}", way(&path))
        }
    }))
}

/// People must be the company's.
async fn people_exist(tx: &mut Tx, company: CompanyId, menu: &Menu) -> Result<(), SetError> {
    let sql = "select id from users where company_id = $1 and id = $2";
    for (_, action) in menu.actions() {
        if let Action::User { user_id, .. } = action
            && tx.row(sql, args![company, *user_id]).await?.is_none()
        {
            return Err(SetError::NotFound);
        }
    }
    Ok(())
}

/// Numbers must not be its own lines.
async fn are_not_lines(tx: &mut Tx, company: CompanyId, menu: &Menu) -> Result<(), SetError> {
    let sql = "select id from lines where company_id = $1 and address = $2";
    for (field, action) in menu.actions() {
        if let Action::Number { number, .. } = action
            && tx.row(sql, args![company, number]).await?.is_some()
        {
            let field = format!("{field}.number");
            return Err(Invalid::new(field, "is one of your own lines").into());
        }
    }
    Ok(())
}

/// What leads to a menu, in words.
async fn used_by(tx: &mut Tx, company: CompanyId, id: Uuid) -> Result<Option<String>, StoreError> {
    let sql = "select m.name from menu_links l
               join menus m on m.company_id = l.company_id and m.id = l.menu_id
               where l.company_id = $1 and l.to_menu_id = $2";
    if let Some(row) = tx.row(sql, args![company, id]).await? {
        let name: String = row.get("name")?;
        return Ok(Some(format!("the menu `{name}`")));
    }
    for (sql, what) in [
        (
            "select menu_id from call_settings where company_id = $1 and menu_id = $2",
            "the rule of the company",
        ),
        (
            "select menu_id from user_call_rules where company_id = $1 and menu_id = $2",
            "the rule of a person",
        ),
        (
            "select menu_id from line_call_rules where company_id = $1 and menu_id = $2",
            "the rule of a line",
        ),
    ] {
        if tx.row(sql, args![company, id]).await?.is_some() {
            return Ok(Some(what.to_owned()));
        }
    }
    Ok(None)
}
