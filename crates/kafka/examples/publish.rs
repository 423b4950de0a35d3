//! Ready-made payloads in transactions: what the transport can do when nothing has to be made. The peer is
//! `kafka-producer-perf-test` in its transactional mode, with the same file and settings.
//!
//! `publish BOOTSTRAP_SERVERS TOPIC PAYLOADS RECORDS MILLISECONDS` sends RECORDS lines of the file PAYLOADS, picked at
//! random as the peer picks them, in transactions of so many milliseconds; prints records and seconds.

#![expect(clippy::print_stdout, reason = "it is what the example is for")]

use kafka::{Args, Outgoing, TransactionalProducer};
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [servers, topic, payloads, records, milliseconds] = arguments.as_slice() else {
        return Err("publish BOOTSTRAP_SERVERS TOPIC PAYLOADS RECORDS MILLISECONDS".into());
    };
    let text = std::fs::read(payloads)?;
    let payloads: Vec<&[u8]> = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    let records: u64 = records.parse()?;
    let duration = Duration::from_millis(milliseconds.parse()?);
    let mut producer = TransactionalProducer::connect(&Args::of(servers), "publish")?;
    let began = Instant::now();
    let mut opened = began;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for number in 0..records {
        if !producer.is_open() {
            producer.begin()?;
            opened = Instant::now();
        }
        // Xorshift: the peer draws at random, too, so both batch and compress alike.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let payload = payloads[usize::try_from(state % payloads.len() as u64)?];
        let outgoing = Outgoing { topic, partition: None, key: None, payload: Some(payload), headers: &[] };
        producer.send(&outgoing)?;
        if number % 64 == 0 && opened.elapsed() >= duration {
            producer.commit()?;
        }
    }
    if producer.is_open() {
        producer.commit()?;
    }
    println!("{records} {:.3}", began.elapsed().as_secs_f64());
    Ok(())
}
