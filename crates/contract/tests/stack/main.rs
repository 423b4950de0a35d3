//! The schemas against a real registry.

#![allow(clippy::unwrap_used)]

use contract::registry::{Args, RegistryError};
use contract::{DecodeError, Decoder, Encoder, Registry, SchemaId, Topic, TopicNames};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

struct Subjects {
    registry: Registry,
    names: TopicNames,
    runtime: Runtime,
}

impl Subjects {
    fn registered() -> Self {
        let url = std::env::var("WELLBOOK_TEST_SCHEMA_REGISTRY")
            .expect("WELLBOOK_TEST_SCHEMA_REGISTRY is not set: these tests need a real stack (make test)");
        let runtime = Runtime::new().unwrap();
        let registry = Registry::new(&Args { url, username: None, password: None }).unwrap();
        let names = TopicNames::new(&format!("test.{}.", uuid::Uuid::new_v4().simple()));
        runtime.block_on(registry.register_all(&names)).unwrap();
        Self { registry, names, runtime }
    }

    fn register(&self, topic: Topic, schema: &Value) -> Result<SchemaId, RegistryError> {
        self.runtime.block_on(self.registry.register(&self.names.subject(topic), &schema.to_string()))
    }
}

fn schema(topic: Topic) -> Value {
    serde_json::from_str(topic.schema().unwrap()).unwrap()
}

fn fields(schema: &mut Value) -> &mut Vec<Value> {
    schema["fields"].as_array_mut().unwrap()
}

fn with_schemas() -> impl Iterator<Item = Topic> {
    Topic::ALL.iter().copied().filter(|topic| topic.schema().is_some())
}

#[test]
fn registering_again_changes_nothing_and_each_topic_finds_its_own_schema() {
    let subjects = Subjects::registered();
    let first = subjects.runtime.block_on(subjects.registry.register_all(&subjects.names)).unwrap();
    let again = subjects.runtime.block_on(subjects.registry.register_all(&subjects.names)).unwrap();
    assert_eq!(first, again);
    assert_eq!(first.len(), with_schemas().count());
    for (topic, id) in first {
        assert_eq!(subjects.runtime.block_on(subjects.registry.id_of(&subjects.names, topic)).unwrap(), id);
    }
}

#[test]
fn every_subject_takes_a_new_optional_field_and_refuses_to_lose_one_or_to_demand_one() {
    let subjects = Subjects::registered();
    for topic in with_schemas() {
        let mut demanding = schema(topic);
        fields(&mut demanding).push(json!({ "name": "demanded", "type": "string" }));
        let refused = subjects.register(topic, &demanding).unwrap_err();
        assert!(matches!(refused, RegistryError::Incompatible { .. }), "{topic}: {refused}");

        let mut poorer = schema(topic);
        // Every field of the run's records is optional: of these, any may go.
        if let Some(mandatory) = fields(&mut poorer).iter().position(|field| field.get("default").is_none()) {
            fields(&mut poorer).remove(mandatory);
            let refused = subjects.register(topic, &poorer).unwrap_err();
            assert!(matches!(refused, RegistryError::Incompatible { .. }), "{topic}: {refused}");
        }

        let mut richer = schema(topic);
        fields(&mut richer).push(
            json!({ "name": "added_later", "type": ["null", "string"], "default": null, "doc": "Test." }),
        );
        subjects.register(topic, &richer).unwrap_or_else(|error| panic!("{topic}: {error}"));
    }
}

#[test]
fn compatibility_reaches_back_over_every_version_and_not_only_to_the_last() {
    let subjects = Subjects::registered();
    let with = |added: &[Value]| {
        let mut company = schema(Topic::Company);
        fields(&mut company).extend_from_slice(added);
        company
    };
    let text = json!({ "name": "motto", "type": ["null", "string"], "default": null });
    let number = json!({ "name": "motto", "type": ["null", "long"], "default": null });
    let other = json!({ "name": "other", "type": ["null", "string"], "default": null });
    subjects.register(Topic::Company, &with(&[text])).unwrap();
    subjects.register(Topic::Company, &with(std::slice::from_ref(&other))).unwrap();
    // The last version knows no motto, so a number would do; the one before knows a text.
    let refused = subjects.register(Topic::Company, &with(&[other, number])).unwrap_err();
    assert!(matches!(refused, RegistryError::Incompatible { .. }), "{refused}");
}

#[test]
fn a_record_is_decoded_by_the_schema_that_its_frame_names_and_an_unknown_id_is_told() {
    let subjects = Subjects::registered();
    let topic = Topic::Owner;
    let id = subjects.runtime.block_on(subjects.registry.id_of(&subjects.names, topic)).unwrap();
    let owner = ledger::reference::ReferenceRecord::Owner(ledger::reference::Owner {
        owner_id: "OWN-1".into(),
        effective_date: chrono::NaiveDate::from_ymd_opt(2025, 1, 1).unwrap(),
        name: "A. Owner".into(),
        owner_type: "INDIVIDUAL".into(),
        state: "TX".into(),
        minimum_payment: "100".parse().unwrap(),
        suspense_code: None,
        is_tax_exempt: false,
    });
    let mut payload = Encoder::new(topic, id).reference(&owner);
    let decoder = Decoder::new(subjects.registry.clone(), subjects.runtime.handle().clone());
    assert_eq!(decoder.reference(topic, &payload).unwrap(), owner);
    payload[1..5].copy_from_slice(&2_000_000_000_u32.to_be_bytes());
    let unknown = decoder.reference(topic, &payload).unwrap_err();
    assert!(matches!(unknown, DecodeError::UnknownSchema { id: 2_000_000_000 }), "{unknown}");
}
