//! [`Contact`]: what the store knows of a contact, and what people have added.

use jiff::Timestamp;
use twilio_hooks::{Address, CompanyId, ContactId, store::StoreError};
use uuid::Uuid;

use super::{links, phone, phone::Country, search};
use crate::{
    args,
    database::{Db, Row, Tx},
};

/// A contact.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contact {
    /// The row.
    pub id: ContactId,
    /// The number in E.164, or another address; what the contact is known by.
    pub address: String,
    /// The name: what a person has entered, or else what a webhook has told.
    pub name: Option<String>,
    /// Whether a person has entered the name. A webhook never changes it then.
    pub is_named_by_person: bool,
    /// The e-mail address.
    pub email: Option<String>,
    /// Where the person works.
    pub company_name: Option<String>,
    /// Free text.
    pub notes: Option<String>,
    /// What people call contacts of a kind.
    pub labels: Vec<String>,
    /// Since when nobody wants to hear of it.
    pub blocked_at: Option<Timestamp>,
    /// The contact that this one is a part of.
    pub merged_into: Option<ContactId>,
    /// City, guessed by Twilio from the number.
    pub city: Option<String>,
    /// State or province, guessed by Twilio from the number.
    pub state: Option<String>,
    /// Postal code, guessed by Twilio from the number.
    pub zip: Option<String>,
    /// Country, guessed by Twilio from the number.
    pub country: Option<String>,
    /// When the contact was first heard of, or made.
    pub created_at: Timestamp,
}

impl Contact {
    /// What to call the contact: its name, or its number as it is written at home.
    #[must_use]
    pub fn display_name(&self, home: Country) -> String {
        display_name(self.name.as_deref(), &self.address, home)
    }

    fn read(row: &Row) -> Result<Self, StoreError> {
        let source: Option<String> = row.get("name_source")?;
        let labels: Option<String> = row.get("labels")?;
        Ok(Self {
            id: row.get("id")?,
            address: row.get("address")?,
            name: row.get("name")?,
            is_named_by_person: source.as_deref() == Some(PERSON),
            email: row.get("email")?,
            company_name: row.get("company_name")?,
            notes: row.get("notes")?,
            labels: labels
                .map(|labels| serde_json::from_str(&labels))
                .transpose()
                .map_err(|error| StoreError::corrupt("labels", error))?
                .unwrap_or_default(),
            blocked_at: row.get("blocked_at")?,
            merged_into: row.get("merged_into")?,
            city: row.get("city")?,
            state: row.get("state")?,
            zip: row.get("zip")?,
            country: row.get("country")?,
            created_at: row.get("created_at")?,
        })
    }
}

/// The id alone; the rest is personal data.
impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contact")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What to call somebody with or without a name.
#[must_use]
pub fn display_name(name: Option<&str>, address: &str, home: Country) -> String {
    name.map_or_else(|| phone::format(address, home), str::to_owned)
}

/// Who has entered a name, in `name_source`.
const PERSON: &str = "person";

macro_rules! contact {
    () => {
        "select c.id, c.address, c.name, c.city, c.state, c.zip, c.country, c.created_at,
             d.name_source, d.email, d.company_name, d.notes, d.labels, d.blocked_at,
             l.primary_id as merged_into
         from contacts c
         left join contact_details d on d.company_id = c.company_id and d.contact_id = c.id
         left join contact_links l on l.company_id = c.company_id and l.other_id = c.id "
    };
}

/// One contact, also one that is a part of another.
///
/// # Errors
/// If the database fails.
pub async fn contact(
    db: &Db,
    company: CompanyId,
    id: ContactId,
) -> Result<Option<Contact>, StoreError> {
    let sql = concat!(contact!(), "where c.company_id = $1 and c.id = $2");
    let row = db.row(sql, args![company, id]).await?;
    row.as_ref().map(Contact::read).transpose()
}

/// The contact with this address, which may be a part of another.
///
/// # Errors
/// If the database fails.
pub async fn contact_at(
    db: &Db,
    company: CompanyId,
    address: &Address,
) -> Result<Option<Contact>, StoreError> {
    let sql = concat!(contact!(), "where c.company_id = $1 and c.address = $2");
    let args = args![company, address.contact_key()];
    let row = db.row(sql, args).await?;
    row.as_ref().map(Contact::read).transpose()
}

/// Which contacts to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// What the name, the number, the e-mail address or the company must have in it.
    pub text: Option<String>,
    /// Only those who are blocked, or who are not.
    pub blocked: Option<bool>,
}

/// A part of the list of contacts, newest first, and where the next one starts. Contacts that are a
/// part of another are not in it.
///
/// # Errors
/// If the database fails.
pub async fn contacts(
    db: &Db,
    company: CompanyId,
    filter: &Filter,
    before: Option<Uuid>,
    limit: u32,
) -> Result<(Vec<Contact>, Option<Uuid>), StoreError> {
    let limit = limit as usize;
    if let Some(text) = &filter.text {
        let (ids, next) =
            search::contacts(db, company, text, before, filter.blocked, limit).await?;
        return Ok((by_ids(db, company, &ids).await?, next));
    }
    let mut found = listed(db, company, filter.blocked, before, limit + 1).await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().map(|last| last.id.as_uuid());
    Ok((found, next.filter(|_| has_more)))
}

async fn listed(
    db: &Db,
    company: CompanyId,
    blocked: Option<bool>,
    before: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Contact>, StoreError> {
    let sql = match blocked {
        None => concat!(
            contact!(),
            "where c.company_id = $1 and c.id < $2 and l.other_id is null
             order by c.id desc limit $3"
        ),
        Some(false) => concat!(
            contact!(),
            "where c.company_id = $1 and c.id < $2 and l.other_id is null
               and d.blocked_at is null
             order by c.id desc limit $3"
        ),
        // Few are, and they have an index of their own.
        Some(true) => concat!(
            contact!(),
            "where d.company_id = $1 and d.contact_id < $2 and l.other_id is null
               and d.blocked_at is not null
             order by d.contact_id desc limit $3"
        ),
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let args = args![company, before.unwrap_or(Uuid::max()), limit];
    let rows = db.rows(sql, args).await?;
    rows.iter().map(Contact::read).collect()
}

/// These contacts, in this order.
///
/// # Errors
/// If the database fails.
pub async fn by_ids(
    db: &Db,
    company: CompanyId,
    ids: &[ContactId],
) -> Result<Vec<Contact>, StoreError> {
    let sql = db.pick(
        concat!(
            contact!(),
            "where c.company_id = $1 and c.id in (select value from json_each($2))"
        ),
        concat!(
            contact!(),
            "where c.company_id = $1
               and c.id in (select value::uuid from jsonb_array_elements_text($2::jsonb) as v(value))"
        ),
    );
    let list = serde_json::to_string(ids).map_err(|error| StoreError::corrupt("ids", error))?;
    let rows = db.rows(sql, args![company, list]).await?;
    let mut found = rows
        .iter()
        .map(Contact::read)
        .collect::<Result<Vec<_>, _>>()?;
    found.sort_by_key(|contact| ids.iter().position(|id| *id == contact.id));
    Ok(found)
}

/// What a person enters about a contact: the outer `None` leaves something as it is.
#[derive(Debug, Clone, Default)]
pub struct ContactPatch {
    /// The name. Without one, what a webhook tells next is taken.
    pub name: Option<Option<String>>,
    /// The e-mail address.
    pub email: Option<Option<String>>,
    /// Where the person works.
    pub company_name: Option<Option<String>>,
    /// Free text.
    pub notes: Option<Option<String>>,
    /// All labels.
    pub labels: Option<Vec<String>>,
}

/// Makes a contact, or says which one has the address already, or another number of the same phone.
///
/// # Errors
/// If the database fails.
pub async fn create(
    tx: &mut Tx,
    company: CompanyId,
    address: &Address,
    now: Timestamp,
) -> Result<Result<ContactId, ContactId>, StoreError> {
    let key = address.contact_key().unwrap_or_default();
    let other = address
        .e164()
        .and_then(|number| phone::normalise(number, Country::US).ok())
        .and_then(|number| number.variants().into_iter().next());
    let other = other.as_ref().map_or(key, |number| number.as_str());
    let sql = "select coalesce(l.primary_id, c.id) as id
               from contacts c
               left join contact_links l on l.company_id = c.company_id and l.other_id = c.id
               where c.company_id = $1 and c.address in ($2, $3)
               order by c.address <> $2 limit 1";
    if let Some(row) = tx.row(sql, args![company, key, other]).await? {
        return Ok(Err(row.get("id")?));
    }
    let id = ContactId::at(now);
    let sql = "insert into contacts (id, company_id, address, created_at) values ($1, $2, $3, $4)
               on conflict (company_id, address) do nothing";
    if tx.execute(sql, args![id, company, key, now]).await? == 1 {
        return Ok(Ok(id));
    }
    // A webhook was faster.
    let sql = "select id from contacts where company_id = $1 and address = $2";
    let row = tx.row(sql, args![company, key]).await?;
    let row = row.ok_or_else(|| StoreError::corrupt("contact", "it is gone"))?;
    Ok(Err(row.get("id")?))
}

/// Enters something about a contact, and says whether there is such a contact.
///
/// # Errors
/// If the database fails.
pub async fn change(
    tx: &mut Tx,
    company: CompanyId,
    id: ContactId,
    patch: &ContactPatch,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "update contacts set name = case when $3 then $4 else name end
               where company_id = $1 and id = $2";
    let name = patch.name.clone();
    let args = args![company, id, name.is_some(), name.clone().flatten()];
    if tx.execute(sql, args).await? == 0 {
        return Ok(false);
    }
    touch(tx, company, id, now).await?;
    let labels = match &patch.labels {
        Some(labels) => Some(
            serde_json::to_string(labels).map_err(|error| StoreError::corrupt("labels", error))?,
        ),
        None => None,
    };
    let source = name.clone().flatten().map(|_| PERSON);
    let sql = "update contact_details set
                   name_source = case when $3 then $4 else name_source end,
                   email = case when $5 then $6 else email end,
                   company_name = case when $7 then $8 else company_name end,
                   notes = case when $9 then $10 else notes end,
                   labels = coalesce($11, labels),
                   updated_at = $12
               where company_id = $1 and contact_id = $2";
    let (email, employer, notes) = (&patch.email, &patch.company_name, &patch.notes);
    let args = args![
        company,
        id,
        name.is_some(),
        source,
        email.is_some(),
        email.clone().flatten(),
        employer.is_some(),
        employer.clone().flatten(),
        notes.is_some(),
        notes.clone().flatten(),
        labels,
        now
    ];
    tx.execute(sql, args).await?;
    Ok(true)
}

/// Makes sure that there is a row for what people enter.
pub(super) async fn touch(
    tx: &mut Tx,
    company: CompanyId,
    id: ContactId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "insert into contact_details (company_id, contact_id, updated_at) values ($1, $2, $3)
               on conflict (company_id, contact_id) do nothing";
    tx.execute(sql, args![company, id, now]).await?;
    Ok(())
}

/// The contacts that are a part of this one.
///
/// # Errors
/// If the database fails.
pub async fn others(
    db: &Db,
    company: CompanyId,
    primary: ContactId,
) -> Result<Vec<Contact>, StoreError> {
    let group = links::group(db, company, primary).await?;
    by_ids(db, company, group.get(1..).unwrap_or_default()).await
}
