//! Flat rows as Parquet: row groups are encoded apart, on any thread, and appended to a file in order.

use super::fields::{Column, Kind, Value, each_of_entry, each_of_line, flat_columns};
use arrow_array::ArrayRef;
use arrow_array::builder::{
    ArrayBuilder, Date32Builder, Decimal128Builder, Int32Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_schema::{DataType, Schema, SchemaRef, TimeUnit};
use ledger::JournalEntry;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use std::io::Write;
use std::sync::Arc;
use uuid::Uuid;

/// Rows of a row group at the most. Some 10 MB while it is built, which each thread does for itself; large enough that a
/// reader's cost for each of the 57 columns of a group is little beside its rows.
pub(crate) const ROWS_MAX: usize = 8_192;

/// Bytes that a text takes as a rule: columns begin with room for a group, since allocators keep what outgrown ones leave.
const TEXT_BYTES: usize = 16;

/// An encoded row group.
pub(crate) struct RowGroup(Vec<ArrowColumnChunk>);

/// A file that takes row groups.
pub(crate) struct RowGroupFile<W: Write + Send>(SerializedFileWriter<W>);

impl<W: Write + Send> RowGroupFile<W> {
    /// Begins a file.
    pub(crate) fn new(sink: W) -> Result<Self, ParquetError> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by(concat!("wellbook ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let schema = ArrowSchemaConverter::new().schema_root("line").convert(&arrow_schema())?;
        let writer = SerializedFileWriter::new(sink, schema.root_schema_ptr(), Arc::new(properties))?;
        Ok(Self(writer))
    }

    /// Appends a row group.
    pub(crate) fn append(&mut self, group: RowGroup) -> Result<(), ParquetError> {
        let mut writer = self.0.next_row_group()?;
        for chunk in group.0 {
            chunk.append_to_row_group(&mut writer)?;
        }
        writer.close()?;
        Ok(())
    }

    /// Ends the file.
    pub(crate) fn finish(self) -> Result<W, ParquetError> {
        self.0.into_inner()
    }
}

fn arrow_schema() -> SchemaRef {
    let field = |column: &Column| {
        let kind = match column.kind {
            Kind::Text => DataType::Utf8,
            Kind::Int => DataType::Int32,
            Kind::Long => DataType::Int64,
            Kind::Date => DataType::Date32,
            Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Kind::Decimal { precision, scale } => DataType::Decimal128(precision as u8, scale as i8),
        };
        arrow_schema::Field::new(&column.name, kind, column.is_nullable)
    };
    Arc::new(Schema::new(flat_columns().iter().map(field).collect::<Vec<_>>()))
}

/// A column in the making.
enum Builder {
    Text(StringBuilder),
    Int(Int32Builder),
    Long(Int64Builder),
    Date(Date32Builder),
    Instant(TimestampMicrosecondBuilder),
    Decimal(Decimal128Builder),
}

impl Builder {
    fn new(kind: Kind) -> Result<Self, ParquetError> {
        Ok(match kind {
            Kind::Text => Self::Text(StringBuilder::with_capacity(ROWS_MAX, TEXT_BYTES * ROWS_MAX)),
            Kind::Int => Self::Int(Int32Builder::with_capacity(ROWS_MAX)),
            Kind::Long => Self::Long(Int64Builder::with_capacity(ROWS_MAX)),
            Kind::Date => Self::Date(Date32Builder::with_capacity(ROWS_MAX)),
            Kind::Instant => {
                Self::Instant(TimestampMicrosecondBuilder::with_capacity(ROWS_MAX).with_timezone("UTC"))
            }
            Kind::Decimal { precision, scale } => {
                let builder = Decimal128Builder::with_capacity(ROWS_MAX);
                Self::Decimal(builder.with_precision_and_scale(precision as u8, scale as i8)?)
            }
        })
    }

    /// Takes in the next row's value, which is of the column's kind.
    fn append(&mut self, value: Value<'_>) {
        match (self, value) {
            (Self::Text(column), Value::Text(text)) => column.append_value(text),
            (Self::Text(column), Value::Id(id)) => {
                column.append_value(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
            }
            (Self::Int(column), Value::Int(number)) => column.append_value(number),
            (Self::Long(column), Value::Long(number)) => column.append_value(number),
            (Self::Date(column), Value::Date(date)) => column.append_value(date.to_epoch_days()),
            (Self::Instant(column), Value::Instant(instant)) => {
                column.append_value(instant.timestamp_micros());
            }
            (Self::Decimal(column), Value::Decimal { units, .. }) => column.append_value(units.into()),
            (Self::Text(column), _) => column.append_null(),
            (Self::Int(column), _) => column.append_null(),
            (Self::Long(column), _) => column.append_null(),
            (Self::Date(column), _) => column.append_null(),
            (Self::Instant(column), _) => column.append_null(),
            (Self::Decimal(column), _) => column.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(column) => ArrayBuilder::finish(column),
            Self::Int(column) => ArrayBuilder::finish(column),
            Self::Long(column) => ArrayBuilder::finish(column),
            Self::Date(column) => ArrayBuilder::finish(column),
            Self::Instant(column) => ArrayBuilder::finish(column),
            Self::Decimal(column) => ArrayBuilder::finish(column),
        }
    }
}

/// Row groups in the making; one per thread.
pub(crate) struct RowGroups {
    schema: SchemaRef,
    factory: ArrowRowGroupWriterFactory,
    builders: Vec<Builder>,
    rows: usize,
    done: Vec<RowGroup>,
}

impl RowGroups {
    /// Begins.
    pub(crate) fn new() -> Result<Self, ParquetError> {
        let schema = arrow_schema();
        // Only its schema and properties are asked for: every file of ours has the same.
        let model = RowGroupFile::new(std::io::sink())?;
        let factory = ArrowRowGroupWriterFactory::new(&model.0, Arc::clone(&schema));
        let builders =
            flat_columns().iter().map(|column| Builder::new(column.kind)).collect::<Result<_, _>>()?;
        Ok(Self { schema, factory, builders, rows: 0, done: Vec::new() })
    }

    /// A row for each line of the entry. An entry is never parted between two groups.
    pub(crate) fn add(&mut self, ce_id: Uuid, entry: &JournalEntry<'_>) -> Result<(), ParquetError> {
        if self.rows + entry.lines.len() > ROWS_MAX {
            self.close()?;
        }
        for line in &entry.lines {
            let mut builders = self.builders.iter_mut();
            let mut append = |value: Value<'_>| {
                if let Some(builder) = builders.next() {
                    builder.append(value);
                }
            };
            append(Value::Id(ce_id));
            each_of_entry(entry, |_, value| append(value));
            each_of_line(line, |_, value| append(value));
        }
        self.rows += entry.lines.len();
        Ok(())
    }

    /// The row groups since the last call.
    pub(crate) fn take(&mut self) -> Result<Vec<RowGroup>, ParquetError> {
        self.close()?;
        Ok(std::mem::take(&mut self.done))
    }

    fn close(&mut self) -> Result<(), ParquetError> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let writers = self.factory.create_column_writers(0)?;
        let mut chunks = Vec::with_capacity(writers.len());
        // No column is nested, so that each has one writer.
        for ((mut writer, builder), field) in
            writers.into_iter().zip(&mut self.builders).zip(self.schema.fields())
        {
            for leaf in compute_leaves(field, &builder.finish())? {
                writer.write(&leaf)?;
            }
            chunks.push(writer.close()?);
        }
        self.done.push(RowGroup(chunks));
        Ok(())
    }
}
