//! The limit that the sink is measured against: copies the rows that staging holds, already in the server's own binary
//! form, into the same tables of another database with `COPY … FROM STDIN (FORMAT binary)`, one transaction a table.
//!
//! `raw_copy FROM_URL TO_URL`; prints entries, lines and seconds, reading not included.

#![expect(clippy::print_stdout, reason = "it is what the example is for")]

use bytes::Bytes;
use futures_util::{SinkExt, TryStreamExt};
use std::pin::pin;
use std::time::Instant;
use tokio_postgres::{Client, NoTls};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Entries and lines in the order in which the sink loads them.
const TABLES: [(&str, &str); 2] =
    [("staging.journal_entry", "entry_id"), ("staging.journal_line", "posting_date, entry_id, line_number")];

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, to] = arguments.as_slice() else { return Err("raw_copy FROM_URL TO_URL".into()) };
    let (source, target) = (connect(from).await?, connect(to).await?);
    make_partitions(&source, &target).await?;
    let (mut seconds, mut counts) = (0.0, Vec::new());
    for (table, order) in TABLES {
        let rows = read(&source, table, order).await?;
        let began = Instant::now();
        counts.push(write(&target, table, rows).await?);
        seconds += began.elapsed().as_secs_f64();
    }
    println!("{} {} {seconds:.3}", counts[0], counts[1]);
    Ok(())
}

async fn connect(url: &str) -> Outcome<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    #[expect(clippy::disallowed_methods, reason = "an example ends with its process")]
    tokio::spawn(connection);
    Ok(client)
}

/// The month partitions that the sink made, which the target has not yet.
async fn make_partitions(source: &Client, target: &Client) -> Outcome<()> {
    let partitions = "SELECT c.relname::text, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i \
                      JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'staging.journal_line'::regclass";
    for partition in source.query(partitions, &[]).await? {
        let (name, bounds): (String, String) = (partition.get(0), partition.get(1));
        let sql =
            format!("CREATE TABLE IF NOT EXISTS staging.{name} PARTITION OF staging.journal_line {bounds}");
        target.batch_execute(&sql).await?;
    }
    Ok(())
}

async fn read(client: &Client, table: &str, order: &str) -> Outcome<Vec<Bytes>> {
    let sql = format!("COPY (SELECT * FROM {table} ORDER BY {order}) TO STDOUT (FORMAT binary)");
    let chunks: Vec<Bytes> = client.copy_out(&sql).await?.try_collect().await?;
    // The server sends a message a row; as large as the sink's, they cost what the sink's cost.
    let mut joined = Vec::new();
    let mut block = Vec::with_capacity(BLOCK_BYTES * 2);
    for chunk in chunks {
        block.extend_from_slice(&chunk);
        if block.len() >= BLOCK_BYTES {
            joined.push(Bytes::from(std::mem::replace(&mut block, Vec::with_capacity(BLOCK_BYTES * 2))));
        }
    }
    joined.push(Bytes::from(block));
    Ok(joined)
}

const BLOCK_BYTES: usize = 256 * 1024;

async fn write(client: &Client, table: &str, rows: Vec<Bytes>) -> Outcome<u64> {
    let mut sink = pin!(client.copy_in(&format!("COPY {table} FROM STDIN (FORMAT binary)")).await?);
    for block in rows {
        sink.feed(block).await?;
    }
    Ok(sink.finish().await?)
}
