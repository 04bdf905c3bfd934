//! The large database.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use crm::{
    app::AppState,
    args,
    config::Config,
    database::{Database, Db, Tx},
    people::{NewUser, Password, Role},
};
use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{CompanyId, ContactId, MessageId, UserId};

use crate::{Random, setting};

pub(crate) const TOKEN: &str = "token-of-the-large-company-01234";
pub(crate) const LINE: &str = "+12025550187";
pub(crate) const SECOND_LINE: &str = "+12025550188";
pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub(crate) const AUTH_TOKEN: &str = "an-auth-token-of-twilio";
pub(crate) const EMAIL: &str = "ana@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery staple";
pub(crate) const PUBLIC_URL: &str = "https://crm.example.com";

/// How many words there are; the first ones are in most messages.
const WORDS: usize = 5000;

/// How many notifications there are.
const NOTIFICATIONS: i64 = 100_000;

/// A database that was filled.
pub(crate) struct Seeded {
    pub(crate) config: Config,
    pub(crate) toml: String,
}

/// Makes the database, unless it is there.
pub(crate) async fn seeded() -> Seeded {
    let messages = setting("BENCH_MESSAGES", 1_000_000) as usize;
    let contacts = setting("BENCH_CONTACTS", 20_000) as usize;
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let path = directory.join(format!("reading-{messages}-{contacts}.sqlite"));
    let toml = toml(&path);
    let config = Config::parse(&toml).unwrap();
    if !path.exists() {
        let start = Instant::now();
        let unfinished = path.with_extension("unfinished");
        let _ = std::fs::remove_file(&unfinished);
        fill(&unfinished, messages, contacts).await;
        std::fs::rename(&unfinished, &path).unwrap();
        let size = std::fs::metadata(&path).unwrap().len() / 1_000_000;
        let seconds = start.elapsed().as_secs();
        println!("{messages} messages of {contacts} contacts: {size} MB, made in {seconds} s");
    }
    Seeded { config, toml }
}

fn toml(path: &Path) -> String {
    format!(
        r#"
        public_url = "{PUBLIC_URL}"
        database_url = "sqlite:{}"

        [[accounts]]
        sid = "{ACCOUNT}"
        auth_tokens = ["{AUTH_TOKEN}"]

        [[companies]]
        name = "Large"
        api_token = "{TOKEN}"

        [[lines]]
        number = "{LINE}"
        company = "Large"

        [[lines]]
        number = "{SECOND_LINE}"
        company = "Large"
        "#,
        path.display()
    )
}

async fn fill(path: &Path, messages: usize, contacts: usize) {
    let config = Config::parse(&toml(path)).unwrap();
    let database = Database::connect(&config.database_url).await.unwrap();
    let (state, _) = AppState::new(&config, database).await.unwrap();
    let db = &state.database.db;
    let company = state.database.settings.companies().await.unwrap()[0].id;
    let new = NewUser {
        email: EMAIL.to_owned(),
        name: None,
        role: Role::Agent,
    };
    let password = Some(Password::new(PASSWORD));
    let user = state
        .people
        .add_user(company, &new, password)
        .await
        .unwrap()
        .0;
    let begin = Timestamp::now() - SignedDuration::from_hours(24 * 365);
    let sql = "update users set created_at = $1";
    db.execute(sql, args![begin - SignedDuration::from_hours(1)])
        .await
        .unwrap();
    let mut random = Random(42);
    let ids = fill_contacts(db, company, contacts, begin).await;
    fill_messages(db, company, &ids, messages, begin, &mut random).await;
    fill_reads(db, company, user.id).await;
    fill_notifications(db, company).await;
    let Db::Sqlite(pool) = db else { return };
    sqlx::raw_sql("pragma wal_checkpoint(truncate)")
        .execute(pool)
        .await
        .unwrap();
    db.close().await;
}

async fn fill_contacts(
    db: &Db,
    company: CompanyId,
    count: usize,
    begin: Timestamp,
) -> Vec<(ContactId, String)> {
    let mut tx = db.begin().await.unwrap();
    let mut ids = Vec::new();
    for number in 0..count {
        let at = begin + SignedDuration::from_secs(number as i64);
        let id = ContactId::at(at);
        let address = format!("+1{}", 2_025_000_000 + number * 37);
        let name = (number % 3 > 0).then(|| format!("{} {}", word(number), word(number / 7)));
        let sql = "insert into contacts (id, company_id, address, name, created_at)
                   values ($1, $2, $3, $4, $5)";
        tx.execute(sql, args![id, company, &address, name, at])
            .await
            .unwrap();
        ids.push((id, address));
    }
    tx.commit().await.unwrap();
    ids
}

async fn fill_messages(
    db: &Db,
    company: CompanyId,
    contacts: &[(ContactId, String)],
    count: usize,
    begin: Timestamp,
    random: &mut Random,
) {
    let mut tx = db.begin().await.unwrap();
    let step = SignedDuration::from_hours(24 * 364).as_millis() / (count as i128 + 1);
    for number in 0..count {
        let at = begin + SignedDuration::from_millis((step * number as i128) as i64);
        // Everybody once, and then some far more than others: the first one has had thousands.
        let contact = match number.checked_sub(contacts.len()) {
            None => number,
            Some(_) => random.skewed(contacts.len()),
        };
        put_message(&mut tx, company, &contacts[contact], number, at, random).await;
        if number % 50_000 == 49_999 {
            tx.commit().await.unwrap();
            tx = db.begin().await.unwrap();
        }
    }
    tx.commit().await.unwrap();
}

async fn put_message(
    tx: &mut Tx,
    company: CompanyId,
    contact: &(ContactId, String),
    number: usize,
    at: Timestamp,
    random: &mut Random,
) {
    let is_in = number % 5 < 2;
    let line = if number % 4 == 0 { SECOND_LINE } else { LINE };
    let (direction, from, to, status) = match is_in {
        true => ("INBOUND", contact.1.as_str(), line, "RECEIVED"),
        false if number % 97 == 0 => ("OUTBOUND", line, contact.1.as_str(), "UNDELIVERED"),
        false => ("OUTBOUND", line, contact.1.as_str(), "DELIVERED"),
    };
    let words = 4 + (random.next() * 12.0) as usize;
    let body: Vec<_> = (0..words).map(|_| word(random.skewed(WORDS))).collect();
    let sql = "insert into sms (id, company_id, contact_id, account_sid, message_sid, direction,
                   status, status_rank, from_address, to_address, body, created_at, updated_at)
               values ($1, $2, $3, $4, $5, $6, $7, 60, $8, $9, $10, $11, $11)";
    let args = args![
        MessageId::at(at),
        company,
        contact.0,
        ACCOUNT,
        format!("SM{number:032x}"),
        direction,
        status,
        from,
        to,
        body.join(" "),
        at
    ];
    tx.execute(sql, args).await.unwrap();
}

/// Three threads of four are read.
async fn fill_reads(db: &Db, company: CompanyId, user: UserId) {
    let sql = "insert into thread_reads (user_id, contact_id, company_id, last_read_id)
               select $1, contact_id, company_id, last_id from threads
               where company_id = $2 and substr(contact_id, -1) not in ('0', '4', '8', 'c')";
    db.execute(sql, args![user, company]).await.unwrap();
}

/// Of the latest messages that came in.
async fn fill_notifications(db: &Db, company: CompanyId) {
    let sql = "insert into notifications (id, company_id, seq, topic, title, message, contact_id,
                   sms_id, account_sid, sid, status, attempt, created_at)
               select id, company_id, row_number() over (order by id), 'sms_received', 'New SMS',
                   substr(body, 1, 100), contact_id, id, account_sid, message_sid, 'received', 1,
                   created_at
               from (select * from sms where direction = 'INBOUND' order by id desc limit $1)";
    db.execute(sql, args![NOTIFICATIONS]).await.unwrap();
    let sql = "insert into notification_counters (company_id, last)
               select company_id, max(seq) from notifications where company_id = $1";
    db.execute(sql, args![company]).await.unwrap();
}

/// A word that looks like one; each number has its own.
pub(crate) fn word(number: usize) -> String {
    const FIRST: [&str; 10] = ["ba", "de", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu"];
    const LAST: [&str; 10] = ["n", "r", "s", "l", "m", "t", "x", "v", "k", "p"];
    let mut rest = number;
    let mut word = String::new();
    for _ in 0..3 {
        word.push_str(FIRST[rest % 10]);
        rest /= 10;
    }
    word.push_str(LAST[rest % 10]);
    word
}
