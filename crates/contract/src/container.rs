//! Avro object container files: the records of a topic at rest, readable by every Avro library without a registry.
//!
//! The header and the framing of blocks are written here, because a library's writer writes a file from its beginning to
//! its end on one thread, and would put the schema of the codec, whose decimals are plain bytes, where the public one
//! belongs. Blocks are made apart, on any thread, and stand in a file in any number.

use crate::digest::FRAME_BYTES;
use crate::topic::Topic;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::io::{self, Write};

/// First in every container file of version 1.
const MAGIC: &[u8; 4] = b"Obj\x01";
/// Beside `null`, the one codec that the specification asks of every implementation.
const CODEC: &str = "deflate";
/// Datum bytes in a block before it is closed: the libraries' own default and a little more, so that its frame and the
/// start of its compression cost nothing beside it; a reader holds one in memory.
const BLOCK_BYTES: usize = 256 * 1024;

/// The head of a container file of one topic's records, and what its blocks end with.
#[derive(Clone, Debug)]
pub struct Container {
    topic: Topic,
    sync: [u8; 16],
}

impl Container {
    /// A container for `topic`. The marker between its blocks follows from `identity`, so that the same records make the
    /// same bytes.
    #[must_use]
    pub fn new(topic: Topic, identity: &str) -> Self {
        let mut sync = [0; 16];
        let mut hasher = blake3::Hasher::new();
        hasher
            .update(b"wellbook container ")
            .update(topic.base_name().as_bytes())
            .update(identity.as_bytes());
        sync.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self { topic, sync }
    }

    /// What the file begins with: the schema as it stands in `schemas/`, the codec, the marker.
    ///
    /// # Panics
    /// For a topic without a schema.
    #[must_use]
    pub fn header(&self) -> Vec<u8> {
        let schema = self.topic.schema().expect("only topics with a schema are put into containers");
        let mut header = MAGIC.to_vec();
        long(2, &mut header);
        for text in ["avro.schema", schema, "avro.codec", CODEC] {
            long(text.len() as i64, &mut header);
            header.extend_from_slice(text.as_bytes());
        }
        long(0, &mut header);
        header.extend_from_slice(&self.sync);
        header
    }

    /// Makes blocks for this container.
    #[must_use]
    pub fn blocks(&self) -> Blocks {
        let encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        Blocks { sync: self.sync, encoder, datums: Vec::new(), count: 0, out: Vec::new() }
    }
}

/// Blocks in the making; keeps its buffers, so one per thread.
pub struct Blocks {
    sync: [u8; 16],
    encoder: DeflateEncoder<Vec<u8>>,
    datums: Vec<u8>,
    count: i64,
    out: Vec<u8>,
}

impl Blocks {
    /// Takes in a framed record of the topic: its datum, byte for byte.
    pub fn add(&mut self, framed: &[u8]) {
        self.datums.extend_from_slice(framed.get(FRAME_BYTES..).unwrap_or_default());
        self.count += 1;
        if self.datums.len() >= BLOCK_BYTES {
            self.close();
        }
    }

    /// The blocks that are full; what does not fill one yet stays.
    #[must_use]
    pub fn full(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// The blocks of all that was taken in since the last call.
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        if self.count > 0 {
            self.close();
        }
        self.full()
    }

    fn close(&mut self) {
        let compressed = self.deflated().expect("a Vec takes every byte");
        long(self.count, &mut self.out);
        long(compressed.len() as i64, &mut self.out);
        self.out.extend_from_slice(&compressed);
        self.out.extend_from_slice(&self.sync);
        self.datums.clear();
        self.count = 0;
    }

    fn deflated(&mut self) -> io::Result<Vec<u8>> {
        self.encoder.write_all(&self.datums)?;
        self.encoder.reset(Vec::with_capacity(self.datums.len() / 2))
    }
}

/// A long as Avro writes it: zigzag, seven bits a byte, the lowest first.
fn long(value: i64, out: &mut Vec<u8>) {
    let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
    while rest >= 0x80 {
        out.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}
