//! How ledger types stand in Avro, written once per record.
//!
//! [`Out`] serialises a reference and [`In`] deserialises into the ledger's own types, borrowing text from the record.
//! Decimals are the bytes of a big-endian two's complement integer of smallest units, as short as it can be; the codec
//! hands over schemas whose decimals are plain bytes, so no decimal text or library type stands between.

use crate::digest::Digest;
use crate::fault::InjectedFault;
use crate::run::{Anchor, FaultRate, Genesis, GenesisPrice, LateMaster, RunRecord};
use crate::seal::{ControlTotal, EntryNumberRange, Seal, Totals};
use chrono::{DateTime, NaiveDate, Utc};
use ledger::fixed::Fixed;
use ledger::reference::{
    Account, AccountType, Afe, CashFlowClass, Company, CompanyRole, CostCenter, Counterparty,
    CounterpartyType, Dimension, JibDeck, JibShare, Lease, MarketPrice, Owner, OwnerDeck, OwnerInterest,
    Period, Production, Reserve, TaxRate, Well,
};
use ledger::{
    DocumentType, InterestType, JournalEntry, JournalLine, Product, ReasonCode, Side, Source, Text,
};
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeSeq, SerializeStruct};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use uuid::Uuid;

/// A value read from the wire.
pub(crate) struct In<T>(pub(crate) T);

/// A value on its way to the wire.
pub(crate) struct Out<'t, T: ?Sized>(pub(crate) &'t T);

/// A type that can be read from the wire.
pub(crate) trait Take<'de>: Sized {
    /// Reads a value.
    fn take<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// What a field is when the writer's schema does not have it: optional fields are empty, others an error.
    fn absent() -> Option<Self> {
        None
    }
}

impl<'de, T: Take<'de>> Deserialize<'de> for In<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::take(deserializer).map(Self)
    }
}

// --- optional values and lists -------------------------------------------------------------------------------------

impl<T> Serialize for Out<'_, Option<T>>
where
    for<'t> Out<'t, T>: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(value) => serializer.serialize_some(&Out(value)),
            None => serializer.serialize_none(),
        }
    }
}

impl<'de, T> Take<'de> for Option<T>
where
    T: Take<'de>,
{
    fn take<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value: Option<In<T>> = Option::deserialize(deserializer)?;
        Ok(value.map(|value| value.0))
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T> Serialize for Out<'_, Vec<T>>
where
    for<'t> Out<'t, T>: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(Some(self.0.len()))?;
        for value in self.0 {
            sequence.serialize_element(&Out(value))?;
        }
        sequence.end()
    }
}

impl<'de, T> Take<'de> for Vec<T>
where
    T: Take<'de>,
{
    fn take<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T>(PhantomData<T>);
        impl<'de, T> Visitor<'de> for Items<T>
        where
            T: Take<'de>,
        {
            type Value = Vec<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Vec<T>, A::Error> {
                // Most entries have a handful of lines; a stated length is not believed.
                let mut items = Vec::with_capacity(sequence.size_hint().unwrap_or(4).min(32));
                while let Some(item) = sequence.next_element::<In<T>>()? {
                    items.push(item.0);
                }
                Ok(items)
            }
        }
        deserializer.deserialize_seq(Items(PhantomData))
    }
}

// --- scalars -------------------------------------------------------------------------------------------------------

macro_rules! plain {
    ($($type:ty => $method:ident),+) => { $(
        impl Serialize for Out<'_, $type> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.$method(*self.0)
            }
        }
        impl<'de> Take<'de> for $type {
            fn take<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <$type>::deserialize(deserializer)
            }
        }
    )+ };
}
plain!(i32 => serialize_i32, i64 => serialize_i64, bool => serialize_bool);

impl Serialize for Out<'_, String> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Take<'de> for String {
    fn take<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)
    }
}

impl Serialize for Out<'_, Text<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Take<'de> for Text<'de> {
    fn take<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&'de str>::deserialize(deserializer).map(Cow::Borrowed)
    }
}

impl Serialize for Out<'_, NaiveDate> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i32(self.0.to_epoch_days())
    }
}

impl<'de> Take<'de> for NaiveDate {
    fn take<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let days = i32::deserialize(deserializer)?;
        NaiveDate::from_epoch_days(days)
            .ok_or_else(|| D::Error::custom(format_args!("{days} days from 1970 is no date")))
    }
}

impl Serialize for Out<'_, DateTime<Utc>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0.timestamp_micros())
    }
}

impl<'de> Take<'de> for DateTime<Utc> {
    fn take<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let micros = i64::deserialize(deserializer)?;
        DateTime::from_timestamp_micros(micros)
            .ok_or_else(|| D::Error::custom(format_args!("{micros} microseconds from 1970 is no instant")))
    }
}

/// Reads a text and parses it; works for Avro strings and for symbols of an Avro enum.
fn parsed<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr,
    T::Err: fmt::Display,
    D: Deserializer<'de>,
{
    struct Parse<T>(PhantomData<T>);
    impl<T> Visitor<'_> for Parse<T>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }
    deserializer.deserialize_str(Parse(PhantomData))
}

macro_rules! codes {
    ($($type:ty),+) => { $(
        impl Serialize for Out<'_, $type> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.0.code())
            }
        }
        impl<'de> Take<'de> for $type {
            fn take<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                parsed(deserializer)
            }
        }
    )+ };
}
codes!(
    AccountType,
    CashFlowClass,
    CompanyRole,
    CounterpartyType,
    Dimension,
    DocumentType,
    InterestType,
    Product,
    ReasonCode,
    Side,
    Source
);

impl Serialize for Out<'_, Uuid> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }
}

impl<'de> Take<'de> for Uuid {
    fn take<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer)
    }
}

impl Serialize for Out<'_, Digest> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&blake3::Hash::from_bytes(self.0.to_bytes()).to_hex())
    }
}

impl<'de> Take<'de> for Digest {
    fn take<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer)
    }
}

// --- decimals ------------------------------------------------------------------------------------------------------

/// The bytes of `units` as the shortest big-endian two's complement, at least one.
fn shortest(bytes: &[u8; 16]) -> &[u8] {
    let sign_fill = if bytes[0] & 0x80 == 0 { 0x00 } else { 0xff };
    let redundant = bytes
        .windows(2)
        .take_while(|pair| pair[0] == sign_fill && (pair[1] & 0x80) == (sign_fill & 0x80))
        .count();
    &bytes[redundant..]
}

fn units_from<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i128, D::Error> {
    struct Units;
    impl Visitor<'_> for Units {
        type Value = i128;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the bytes of a decimal")
        }
        fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<i128, E> {
            if bytes.is_empty() || bytes.len() > 16 {
                return Err(E::custom(format_args!("a decimal of {} bytes; 1 to 16 are read", bytes.len())));
            }
            let fill = if bytes[0] & 0x80 == 0 { 0x00 } else { 0xff };
            let mut wide = [fill; 16];
            wide[16 - bytes.len()..].copy_from_slice(bytes);
            Ok(i128::from_be_bytes(wide))
        }
    }
    deserializer.deserialize_bytes(Units)
}

impl<const P: u32, const S: u32> Serialize for Out<'_, Fixed<P, S>> {
    fn serialize<Ser: Serializer>(&self, serializer: Ser) -> Result<Ser::Ok, Ser::Error> {
        serializer.serialize_bytes(shortest(&self.0.units_wide().to_be_bytes()))
    }
}

impl<'de, const P: u32, const S: u32> Take<'de> for Fixed<P, S> {
    fn take<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Fixed::try_from_units(units_from(deserializer)?).map_err(D::Error::custom)
    }
}

impl Serialize for Out<'_, i128> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(shortest(&self.0.to_be_bytes()))
    }
}

impl<'de> Take<'de> for i128 {
    fn take<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        units_from(deserializer)
    }
}

// --- records -------------------------------------------------------------------------------------------------------

/// Turns a field's name into its place in `names`. Fields come in the schema's order, so the expected one is tried first.
struct Place {
    names: &'static [&'static str],
    expected: usize,
}

impl<'de> DeserializeSeed<'de> for Place {
    type Value = usize;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Place {
    type Value = usize;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }
    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<usize, E> {
        if self.names.get(self.expected) == Some(&name) {
            return Ok(self.expected);
        }
        // A field that we do not know is from a newer writer: its place is past the end, and it is passed over.
        Ok(self.names.iter().position(|known| *known == name).unwrap_or(usize::MAX))
    }
}

macro_rules! record {
    ($ctor:ident, $out:ty, $in:ty { $($field:ident),+ $(,)? }) => {

        impl Serialize for Out<'_, $out> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                const FIELDS: usize = [$(stringify!($field)),+].len();
                let mut record = serializer.serialize_struct(stringify!($ctor), FIELDS)?;
                $(record.serialize_field(stringify!($field), &Out(&self.0.$field))?;)+
                record.end()
            }
        }

        impl<'de> Take<'de> for $in {
            fn take<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(Clone, Copy)]
                #[expect(non_camel_case_types, reason = "variants are the field names themselves")]
                enum Field { $($field),+ }
                const FIELDS: &[Field] = &[$(Field::$field),+];
                const NAMES: &[&str] = &[$(stringify!($field)),+];
                struct Fields;
                impl<'de> Visitor<'de> for Fields {
                    type Value = $in;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(concat!("a record ", stringify!($ctor)))
                    }
                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<$in, A::Error> {
                        $(let mut $field = None;)+
                        let mut expected = 0;
                        while let Some(place) = map.next_key_seed(Place { names: NAMES, expected })? {
                            match FIELDS.get(place) {
                                $(Some(Field::$field) => $field = Some(map.next_value::<In<_>>()?.0),)+
                                None => { map.next_value::<IgnoredAny>()?; }
                            }
                            expected = place.wrapping_add(1);
                        }
                        $(let $field = match $field {
                            Some(value) => value,
                            None => Take::absent()
                                .ok_or_else(|| A::Error::missing_field(stringify!($field)))?,
                        };)+
                        Ok($ctor { $($field),+ })
                    }
                }
                deserializer.deserialize_struct(stringify!($ctor), NAMES, Fields)
            }
        }
    };
    ($ctor:ident { $($field:ident),+ $(,)? }) => { record!($ctor, $ctor, $ctor { $($field),+ }); };
}

record!(JournalEntry, JournalEntry<'_>, JournalEntry<'de> {
    entry_id, chain_id, company_code, ledger, document_type, entry_number, posting_date, document_date, due_date, entered_at, fiscal_year, fiscal_period, production_month, source, transaction_type, description, currency, functional_currency, fx_rate, created_by, approved_by, source_document, reverses_entry_id, auto_reverse_on, adjusts_entry_id, intercompany_group_id, total_debit, total_credit, lines
});
record!(JournalLine, JournalLine<'_>, JournalLine<'de> {
    line_number, account_code, side, amount, functional_amount, quantity, unit_of_measure, unit_price, heat_factor, base_amount, rate, product, cost_center, well_id, lease_id, afe_number, jib_code, billed_account_code, owner_id, interest_type, decimal_interest, suspense_code, tax_code, counterparty_id, partner_company, clears_entry_id, production_month, text
});
record!(Company { company_code, effective_date, name, role, functional_currency, approval_limit });
record!(Account {
    account_code,
    effective_date,
    name,
    account_type,
    normal_side,
    statement_line,
    cash_flow_class,
    los_line,
    required_dimensions,
    is_postable
});
record!(Period {
    company_code,
    fiscal_year,
    fiscal_period,
    start_date,
    end_date,
    opens_at,
    soft_closes_at,
    closes_at
});
record!(Well {
    well_id,
    effective_date,
    name,
    lease_id,
    company_code,
    state,
    county,
    basin,
    primary_product,
    first_production_date,
    working_interest,
    net_revenue_interest,
    status
});
record!(Lease { lease_id, effective_date, name, company_code, state, county, basin, royalty_rate });
record!(Owner {
    owner_id,
    effective_date,
    name,
    owner_type,
    state,
    minimum_payment,
    suspense_code,
    is_tax_exempt
});
record!(Counterparty {
    counterparty_id,
    effective_date,
    name,
    counterparty_type,
    payment_terms_days,
    currency,
    owner_id
});
record!(OwnerInterest { owner_id, interest_type, decimal_interest });
record!(OwnerDeck { well_id, product, effective_date, interests });
record!(JibShare { counterparty_id, company_code, working_interest });
record!(JibDeck { jib_code, effective_date, company_code, lease_id, shares });
record!(Afe { afe_number, effective_date, company_code, well_id, description, budget, supplement, status });
record!(CostCenter { cost_center, effective_date, company_code, name });
record!(TaxRate {
    tax_code,
    effective_date,
    state,
    product,
    rate,
    rate_per_unit,
    due_months,
    due_day,
    statute
});
record!(Production { well_id, product, production_month, revision, volume, unit_of_measure });
record!(Reserve { well_id, product, effective_date, proved_developed, proved, unit_of_measure });
record!(MarketPrice { series, price_date, price_source, revision, price, unit_of_measure, currency });
record!(ControlTotal { company_code, currency, debit, credit });
record!(EntryNumberRange { company_code, fiscal_year, first, last, count });
record!(Totals { entries, lines, digest, amounts });
record!(Seal {
    sequence,
    window_start,
    window_end,
    is_history,
    good,
    planted,
    entry_numbers,
    running_digest,
    previous,
    chain
});
record!(FaultRate { reason, rate });
record!(GenesisPrice { series, price_date, price });
record!(LateMaster { kind, days });
record!(Genesis {
    random_seed,
    start_date,
    historical_days,
    scale,
    fault_rates,
    price_source,
    price_digest,
    prices,
    simulator_version,
    incarnation,
    created_at,
    late_master
});
record!(Anchor { simulated, wall, speed, interval_seconds });
record!(RunRecord { genesis, anchor });
record!(InjectedFault { ce_id, batch, index, reason, entry_id, company_code, description });
