//! What is in the large databases: five companies, of which the first has four fifths of everything.

mod batch;
mod entries;

use crm::{
    app::AppState,
    args,
    config::Config,
    database::{Database, Db},
    people::{NewUser, Password, Role},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use twilio_hooks::{CompanyId, ContactId, UserId};

use self::batch::Batch;
use crate::word;

pub(crate) const TOKEN: &str = "token-of-the-large-company-01234";
pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub(crate) const AUTH_TOKEN: &str = "an-auth-token-of-twilio";
pub(crate) const PASSWORD: &str = "correct horse battery staple";
pub(crate) const PUBLIC_URL: &str = "https://crm.example.com";

/// Somebody who has read three threads of four.
pub(crate) const BUSY: &str = "ana@example.com";

/// Somebody who has read everything.
pub(crate) const DONE: &str = "bob@example.com";

/// How many companies there are.
const COMPANIES: usize = 5;

/// How many lines the large company has; the others have one.
const LINES: usize = 4;

/// How many people work for the large company.
const PEOPLE: usize = 10;

/// How much there is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) messages: usize,
    pub(crate) contacts: usize,
}

/// A company, with its contacts and lines.
struct Company {
    id: CompanyId,
    contacts: Vec<Contact>,
    lines: Vec<String>,
}

struct Contact {
    id: ContactId,
    address: String,
}

/// The number of a line of the large company.
pub(crate) fn line(number: usize) -> String {
    format!("+1202555{:04}", 100 + number)
}

/// The number of one of the contacts of the large company; whoever has written most comes first.
pub(crate) fn contact_address(number: usize) -> String {
    format!("+1{}", 2_120_000_000 + number * 37)
}

/// The configuration of a server.
pub(crate) fn toml(url: &str) -> String {
    // Nobody listens there: no account here is one of Twilio's.
    let mut toml = format!(
        r#"
        public_url = "{PUBLIC_URL}"
        database_url = "{url}"
        twilio_api_url = "http://127.0.0.1:9"
        reconcile = {{ every = "off" }}

        [[accounts]]
        sid = "{ACCOUNT}"
        auth_tokens = ["{AUTH_TOKEN}"]
        "#
    );
    for company in 0..COMPANIES {
        let token = match company {
            0 => TOKEN.to_owned(),
            _ => format!("token-of-the-small-company-{company:05}"),
        };
        toml += &format!("[[companies]]\nname = \"Company {company}\"\napi_token = \"{token}\"\n");
        for line in lines_of(company) {
            toml += &format!("[[lines]]\nnumber = \"{line}\"\ncompany = \"Company {company}\"\n");
        }
    }
    toml
}

fn lines_of(company: usize) -> Vec<String> {
    match company {
        0 => (0..LINES).map(line).collect(),
        _ => vec![line(LINES + company)],
    }
}

/// Puts everything into an empty database.
pub(crate) async fn fill(config: &Config, database: Database, size: Size) {
    let (state, _) = AppState::new(config, database).await.unwrap();
    let db = &state.database.db;
    let begin = Timestamp::now() - SignedDuration::from_hours(24 * 365);
    let rows = state.database.settings.companies().await.unwrap();
    let mut companies = Vec::new();
    for number in 0..COMPANIES {
        let name = format!("Company {number}");
        let id = rows.iter().find(|row| row.name == name).unwrap().id;
        let count = match number {
            0 => size.contacts * 4 / 5,
            _ => size.contacts / 5 / (COMPANIES - 1),
        };
        companies.push(Company {
            id,
            contacts: contacts(number, count, begin),
            lines: lines_of(number),
        });
    }
    let users = add_people(&state, companies[0].id, begin).await;
    put_contacts(db, &companies, begin).await;
    entries::put_messages(db, &companies, size.messages, begin).await;
    entries::put_calls(db, &companies, size.messages / 10, begin).await;
    entries::put_notifications(db).await;
    put_reads(db, companies[0].id, &users).await;
}

/// People who are there from the beginning.
async fn add_people(state: &AppState, company: CompanyId, begin: Timestamp) -> Vec<UserId> {
    let mut ids = Vec::new();
    for number in 0..PEOPLE {
        let email = match number {
            0 => BUSY.to_owned(),
            1 => DONE.to_owned(),
            _ => format!("person{number}@example.com"),
        };
        let new = NewUser {
            email,
            name: None,
            role: Role::Agent,
        };
        let password = (number < 2).then(|| Password::new(PASSWORD));
        let (user, _) = state
            .people
            .add_user(company, &new, password)
            .await
            .unwrap();
        ids.push(user.id);
    }
    let sql = "update users set created_at = $1";
    let before = begin - SignedDuration::from_hours(1);
    state.database.db.execute(sql, args![before]).await.unwrap();
    ids
}

fn contacts(company: usize, count: usize, begin: Timestamp) -> Vec<Contact> {
    (0..count)
        .map(|number| Contact {
            id: ContactId::at(begin + SignedDuration::from_secs(number as i64)),
            address: match company {
                0 => contact_address(number),
                _ => format!("+1{}", 3_120_000_000 + company * 1_000_000 + number * 37),
            },
        })
        .collect()
}

/// Whether nobody is told of what this contact writes.
pub(crate) fn is_blocked(number: usize) -> bool {
    number % 200 == 5
}

/// Two of three have a name, some an e-mail address; a few are blocked.
async fn put_contacts(db: &Db, companies: &[Company], begin: Timestamp) {
    let columns = "id uuid, company_id uuid, address text, name text, created_at timestamptz";
    let mut contacts = Batch::new(db, "contacts", columns);
    let columns = "company_id uuid, contact_id uuid, email text, company_name text,
                   blocked_at timestamptz, updated_at timestamptz";
    let mut details = Batch::new(db, "contact_details", columns);
    for company in companies {
        for (number, contact) in company.contacts.iter().enumerate() {
            let name = (number % 3 > 0).then(|| format!("{} {}", word(number), word(number / 7)));
            let at = format!("{begin:.6}");
            let row = json!([contact.id, company.id, contact.address, name, at]);
            contacts.add(row).await;
            if number % 10 == 5 {
                let email = format!("{}@example.com", word(number));
                let blocked = is_blocked(number).then_some(&at);
                let firm = word(number / 13);
                let row = json!([company.id, contact.id, email, firm, blocked, at]);
                details.add(row).await;
            }
        }
    }
    contacts.end().await;
    details.end().await;
}

/// One person has read everything, the others three threads of four.
async fn put_reads(db: &Db, company: CompanyId, users: &[UserId]) {
    for (number, user) in users.iter().enumerate() {
        let unread = if number == 1 { "none" } else { "0" };
        let sql = db.pick(
            "insert into thread_reads (user_id, contact_id, company_id, last_read_id)
             select $1, contact_id, company_id, last_id from threads
             where company_id = $2
               and case substr(contact_id, -1) when '0' then '0' when '4' then '0'
                   when '8' then '0' when 'c' then '0' else '' end <> $3",
            "insert into thread_reads (user_id, contact_id, company_id, last_read_id)
             select $1, contact_id, company_id, last_id from threads
             where company_id = $2
               and case right(contact_id::text, 1) when '0' then '0' when '4' then '0'
                   when '8' then '0' when 'c' then '0' else '' end <> $3",
        );
        db.execute(sql, args![*user, company, unread])
            .await
            .unwrap();
    }
}
