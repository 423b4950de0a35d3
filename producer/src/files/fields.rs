//! The fields of an entry and of its lines, listed once: JSON, CSV and Parquet are written from this list.

use chrono::{DateTime, NaiveDate, Utc};
use ledger::{DocumentType, Fixed, InterestType, JournalEntry, JournalLine, Product, Side, Source, Text};
use uuid::Uuid;

/// What kind of value a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Int,
    Long,
    Date,
    Instant,
    Decimal { precision: u32, scale: u32 },
}

/// A field's value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'v> {
    Absent,
    Text(&'v str),
    Id(Uuid),
    Int(i32),
    Long(i64),
    Date(NaiveDate),
    Instant(DateTime<Utc>),
    Decimal { units: i64, scale: u32 },
}

/// A column of a flat row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) is_nullable: bool,
}

trait Field {
    const KIND: Kind;
    const IS_NULLABLE: bool = false;
    fn value(&self) -> Value<'_>;
}

macro_rules! fields {
    ($($type:ty => $kind:ident, $it:ident => $value:expr;)+) => { $(
        impl Field for $type {
            const KIND: Kind = Kind::$kind;
            fn value(&self) -> Value<'_> {
                let $it = self;
                $value
            }
        }
    )+ };
}
fields! {
    Text<'_> => Text, it => Value::Text(it);
    Uuid => Text, it => Value::Id(*it);
    i32 => Int, it => Value::Int(*it);
    i64 => Long, it => Value::Long(*it);
    NaiveDate => Date, it => Value::Date(*it);
    DateTime<Utc> => Instant, it => Value::Instant(*it);
    DocumentType => Text, it => Value::Text(it.code());
    InterestType => Text, it => Value::Text(it.code());
    Product => Text, it => Value::Text(it.code());
    Side => Text, it => Value::Text(it.code());
    Source => Text, it => Value::Text(it.code());
}

impl<const P: u32, const S: u32> Field for Fixed<P, S> {
    const KIND: Kind = Kind::Decimal { precision: P, scale: S };
    fn value(&self) -> Value<'_> {
        Value::Decimal { units: self.units(), scale: S }
    }
}

impl<F: Field> Field for Option<F> {
    const KIND: Kind = F::KIND;
    const IS_NULLABLE: bool = true;
    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Absent, Field::value)
    }
}

macro_rules! record {
    ($each:ident, $columns:ident, $record:ident { $($field:ident),+ $(,)? }) => {
        /// Gives each field, in the order of the schema, with its name.
        pub(crate) fn $each(record: &$record<'_>, mut to: impl FnMut(&'static str, Value<'_>)) {
            $(to(stringify!($field), record.$field.value());)+
        }

        fn $columns() -> Vec<Column> {
            fn column<'r, F: Field + 'r>(name: &str, _: impl Fn(&'r $record<'r>) -> &'r F) -> Column {
                Column { name: name.to_owned(), kind: F::KIND, is_nullable: F::IS_NULLABLE }
            }
            vec![$(column(stringify!($field), |record| &record.$field)),+]
        }
    };
}
record!(
    each_of_entry,
    entry_columns,
    JournalEntry {
        entry_id,
        chain_id,
        company_code,
        ledger,
        document_type,
        entry_number,
        posting_date,
        document_date,
        due_date,
        entered_at,
        fiscal_year,
        fiscal_period,
        production_month,
        source,
        transaction_type,
        description,
        currency,
        functional_currency,
        fx_rate,
        created_by,
        approved_by,
        source_document,
        reverses_entry_id,
        auto_reverse_on,
        adjusts_entry_id,
        intercompany_group_id,
        total_debit,
        total_credit,
    }
);
record!(
    each_of_line,
    line_columns,
    JournalLine {
        line_number,
        account_code,
        side,
        amount,
        functional_amount,
        quantity,
        unit_of_measure,
        unit_price,
        heat_factor,
        base_amount,
        rate,
        product,
        cost_center,
        well_id,
        lease_id,
        afe_number,
        jib_code,
        billed_account_code,
        owner_id,
        interest_type,
        decimal_interest,
        suspense_code,
        tax_code,
        counterparty_id,
        partner_company,
        clears_entry_id,
        production_month,
        text,
    }
);

/// The name of the submission's id, which stands before the fields of its entry.
pub(crate) const CE_ID: &str = "ce_id";

/// The columns of a flat row: the submission, the header of its entry, the line. A line's field whose name the header has,
/// too, begins with `line_`.
pub(crate) fn flat_columns() -> Vec<Column> {
    let mut columns = vec![Column { name: CE_ID.to_owned(), kind: Kind::Text, is_nullable: false }];
    columns.extend(entry_columns());
    for line in line_columns() {
        let is_taken = columns.iter().any(|column| column.name == line.name);
        columns.push(if is_taken { Column { name: format!("line_{}", line.name), ..line } } else { line });
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_field_of_the_public_schema_is_a_column_and_no_name_stands_twice() {
        let schema: serde_json::Value =
            serde_json::from_str(contract::Topic::JournalEntryRaw.schema().unwrap()).unwrap();
        let names = |fields: &serde_json::Value| -> Vec<String> {
            let fields = fields.as_array().unwrap().iter();
            fields.map(|field| field["name"].as_str().unwrap().to_owned()).collect()
        };
        let header = names(&schema["fields"]);
        let lines = schema["fields"].as_array().unwrap().iter().find(|field| field["name"] == "lines");
        let mut expected = vec![CE_ID.to_owned()];
        expected.extend(header.iter().filter(|name| *name != "lines").cloned());
        for name in names(&lines.unwrap()["type"]["items"]["fields"]) {
            expected.push(if header.contains(&name) { format!("line_{name}") } else { name });
        }
        let columns = flat_columns();
        assert_eq!(columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>(), expected);
        assert_eq!(expected.iter().collect::<BTreeSet<_>>().len(), columns.len());
    }
}
