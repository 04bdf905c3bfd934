//! Everything in Postgres, which several servers may share.

use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::{PgPool, Row as _, postgres::PgRow};
use twilio_hooks::{CompanyId, LineId, store::StoreError};
use twilio_hooks_sqlx::{PgBus, PgStore, migrator};
use uuid::Uuid;

use super::{Company, Database, LineSettings, LineSettingsPatch, Settings, settings::sql};

const MIGRATIONS: &[(&str, &str)] = &[(
    "start",
    include_str!("../../migrations/postgres/0001_start.sql"),
)];

pub(super) async fn connect(url: &str) -> anyhow::Result<Database> {
    let store = PgStore::connect(url)
        .await
        .context("the Postgres database can't be reached")?;
    store
        .migrate()
        .await
        .context("the tables of the store can't be brought up to date")?;
    migrate(store.pool())
        .await
        .context("the tables of the CRM can't be brought up to date")?;
    let bus = PgBus::connect(store.pool())
        .await
        .context("live notifications can't be listened to")?;
    Ok(Database {
        store: Arc::new(store.clone()),
        directory: Arc::new(store.clone()),
        lines: Arc::new(store.clone()),
        settings: Arc::new(PgSettings {
            pool: store.pool().clone(),
            store,
        }),
        bus: Arc::new(bus),
    })
}

/// The migrator's lock belongs to the connection, and must not stay if this is cut short.
async fn migrate(pool: &PgPool) -> anyhow::Result<()> {
    let mut connection = pool.acquire().await?;
    connection.close_on_drop();
    migrator("_crm_migrations", MIGRATIONS)
        .run_direct(None, &mut *connection, false)
        .await?;
    Ok(())
}

#[derive(Debug)]
struct PgSettings {
    pool: PgPool,
    store: PgStore,
}

#[async_trait]
impl Settings for PgSettings {
    async fn add_company(&self, name: &str, now: Timestamp) -> Result<Company, StoreError> {
        sqlx::query(sql::ADD_COMPANY)
            .bind(CompanyId::at(now).as_uuid())
            .bind(name)
            .bind(jiff_sqlx::Timestamp::from(now))
            .execute(&self.pool)
            .await
            .map_err(StoreError::backend)?;
        let row = sqlx::query(sql::COMPANY)
            .bind(name)
            .fetch_one(&self.pool)
            .await;
        company(&row.map_err(StoreError::backend)?)
    }

    async fn companies(&self) -> Result<Vec<Company>, StoreError> {
        let rows = sqlx::query(sql::COMPANIES).fetch_all(&self.pool).await;
        rows.map_err(StoreError::backend)?
            .iter()
            .map(company)
            .collect()
    }

    async fn line_settings(&self, line: LineId) -> Result<LineSettings, StoreError> {
        let row = sqlx::query_as(sql::LINE_SETTINGS)
            .bind(line.as_uuid())
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::backend)?;
        Ok(row.map_or_else(LineSettings::default, line_settings))
    }

    async fn add_line_settings(
        &self,
        line: LineId,
        settings: &LineSettings,
    ) -> Result<(), StoreError> {
        sqlx::query(sql::ADD_LINE_SETTINGS)
            .bind(line.as_uuid())
            .bind(&settings.greeting)
            .bind(&settings.text_reply)
            .execute(&self.pool)
            .await
            .map_err(StoreError::backend)?;
        Ok(())
    }

    async fn change_line_settings(
        &self,
        line: LineId,
        patch: &LineSettingsPatch,
    ) -> Result<LineSettings, StoreError> {
        let row = sqlx::query_as(sql::CHANGE_LINE_SETTINGS)
            .bind(line.as_uuid())
            .bind(patch.greeting.clone().flatten())
            .bind(patch.text_reply.clone().flatten())
            .bind(patch.greeting.is_some())
            .bind(patch.text_reply.is_some())
            .fetch_one(&self.pool)
            .await
            .map_err(StoreError::backend)?;
        Ok(line_settings(row))
    }

    async fn is_line(&self, address: &str) -> Result<bool, StoreError> {
        let row = sqlx::query(sql::IS_LINE)
            .bind(address)
            .fetch_optional(&self.pool)
            .await;
        Ok(row.map_err(StoreError::backend)?.is_some())
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.store.ping().await
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}

fn company(row: &PgRow) -> Result<Company, StoreError> {
    let id: Uuid = row.try_get("id").map_err(StoreError::backend)?;
    Ok(Company::new(
        id.into(),
        row.try_get("name").map_err(StoreError::backend)?,
    ))
}

fn line_settings((greeting, text_reply): (Option<String>, Option<String>)) -> LineSettings {
    LineSettings {
        greeting,
        text_reply,
    }
}
