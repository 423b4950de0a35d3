use crate::database::Database;
use store::{Store, StoreError};

#[tokio::test]
async fn migrations_apply_once_and_say_so_even_when_two_run_at_once() {
    let database = Database::empty().await;
    let args = database.args();
    let (one, other) = tokio::join!(store::migrate(&args), store::migrate(&args));
    let (one, other) = (one.unwrap(), other.unwrap());
    let applied = one.applied.len() + other.applied.len();
    assert_eq!(applied as i64, one.version, "each migration was applied by one of them: {one:?} {other:?}");
    assert!(one.applied.is_empty() || other.applied.is_empty(), "{one:?} {other:?}");
    let again = store::migrate(&args).await.unwrap();
    assert!(again.applied.is_empty());
    database.store().ping().await.unwrap();
    database.drop_it().await;
}

#[tokio::test]
async fn every_table_and_column_says_what_it_is() {
    let database = Database::migrated().await;
    let silent = database
        .client()
        .await
        .query(
            "SELECT c.relname || coalesce('.' || a.attname, '') FROM pg_class c \
             JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'staging' \
             LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
             WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attname IS DISTINCT FROM 'loaded_at' \
             AND col_description(c.oid, a.attnum) IS NULL AND a.attname IS DISTINCT FROM 'source_offset' \
             OR c.relkind IN ('r', 'p') AND obj_description(c.oid, 'pg_class') IS NULL",
            &[],
        )
        .await
        .unwrap();
    let silent: Vec<String> = silent.iter().map(|row| row.get(0)).collect();
    assert!(silent.is_empty(), "{silent:?}");
    database.drop_it().await;
}

#[tokio::test]
async fn a_database_without_the_schema_is_told_from_one_that_is_down() {
    let database = Database::empty().await;
    let error = database.store().ping().await.unwrap_err();
    assert!(matches!(error, StoreError::Schema { .. }), "{error}");
    assert!(error.to_string().contains("wellbook init"), "{error}");
    database.drop_it().await;

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let url = format!("postgres://wellbook:hunter2@127.0.0.1:{port}/wellbook");
    let error = Store::connect(&store::Args::of(&url)).unwrap().ping().await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    let text = error.to_string();
    assert!(text.contains(&port.to_string()) && !text.contains("hunter2"), "{text}");
}
