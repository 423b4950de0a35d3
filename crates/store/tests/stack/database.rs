//! A fresh database for each test.

use store::{Args, Store};
use tokio_postgres::{Client, Config, NoTls};
use uuid::Uuid;

/// A database of its own, with the schema, dropped by [`Database::drop_it`].
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    /// Makes an empty one.
    pub async fn empty() -> Self {
        let server = std::env::var("WELLBOOK_TEST_DATABASE_URL").expect(
            "these tests need a Postgres: set WELLBOOK_TEST_DATABASE_URL to the URL of a superuser (`make test` does)",
        );
        let name = format!("wellbook_test_{}", Uuid::new_v4().simple());
        client(&server).await.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        Self { server, name }
    }

    /// Makes one with the schema.
    pub async fn migrated() -> Self {
        let database = Self::empty().await;
        store::migrate(&database.args()).await.unwrap();
        database
    }

    /// The settings that lead to it.
    pub fn args(&self) -> Args {
        Args::of(&self.url())
    }

    pub fn store(&self) -> Store {
        Store::connect(&self.args()).unwrap()
    }

    /// A connection that may do anything.
    pub async fn client(&self) -> Client {
        client(&self.url()).await
    }

    /// The first column of the only row of a query.
    pub async fn number(&self, sql: &str) -> i64 {
        self.client().await.query_one(sql, &[]).await.unwrap().get(0)
    }

    pub async fn drop_it(self) {
        client(&self.server)
            .await
            .batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name))
            .await
            .unwrap();
    }

    fn url(&self) -> String {
        let (base, query) = self.server.split_once('?').unwrap_or((&self.server, ""));
        let authority = base.find("://").map_or(0, |at| at + 3);
        let end = base[authority..].find('/').map_or(base.len(), |at| authority + at);
        format!("{}/{}?{query}", &base[..end], self.name)
    }
}

async fn client(url: &str) -> Client {
    let config: Config = url.parse().expect("WELLBOOK_TEST_DATABASE_URL is a Postgres URL");
    let (client, connection) =
        config.connect(NoTls).await.expect("the Postgres of WELLBOOK_TEST_DATABASE_URL answers");
    #[expect(clippy::disallowed_methods, reason = "ends with the client, and the test with it")]
    tokio::spawn(connection);
    client
}
