"""Reads what Wellbook wrote with nothing of Wellbook's: other Kafka bindings, another Avro library, plain SQL.

Settings come from the environment, as `wellbook env` prints them. Prints a JSON summary and exits 0, or prints the
first thing that does not agree and exits 1.
"""

import io
import json
import os
import struct
import sys
import urllib.request
from collections import Counter, defaultdict

import fastavro
import psycopg
from confluent_kafka import Consumer, KafkaError, TopicPartition

PREFIX = os.environ.get("TOPIC_PREFIX", "")
REGISTRY = os.environ["SCHEMA_REGISTRY_URL"].rstrip("/")
schemas = {}


def expect(condition, message):
    if not condition:
        print(f"independent reader: {message}")
        sys.exit(1)


def decode(payload):
    magic, schema_id = struct.unpack(">bI", payload[:5])
    expect(magic == 0, f"a record starts with byte {magic}, not 0")
    if schema_id not in schemas:
        with urllib.request.urlopen(f"{REGISTRY}/schemas/ids/{schema_id}", timeout=10) as answer:
            schemas[schema_id] = fastavro.parse_schema(json.loads(json.load(answer)["schema"]))
    return fastavro.schemaless_reader(io.BytesIO(payload[5:]), schemas[schema_id])


def read(topic):
    """Every committed record of a topic, up to its end at the start of the call."""
    consumer = Consumer(
        {
            "bootstrap.servers": os.environ["KAFKA_BOOTSTRAP_SERVERS"],
            "group.id": "independent-reader",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
        }
    )
    name = PREFIX + topic
    partitions = list(consumer.list_topics(name, timeout=15).topics[name].partitions)
    consumer.assign([TopicPartition(name, partition, 0) for partition in partitions])
    open_partitions = set(partitions)
    while open_partitions:
        message = consumer.poll(30)
        expect(message is not None, f"{name} gave nothing for 30 s, partitions {sorted(open_partitions)} unfinished")
        if message.error():
            expect(message.error().code() == KafkaError._PARTITION_EOF, f"{name}: {message.error()}")
            open_partitions.discard(message.partition())
        else:
            yield message
    consumer.close()


def header(message, name):
    return dict(message.headers() or []).get(name, b"").decode()


def check_seals():
    previous, count, good, planted = None, 0, 0, 0
    for message in read("gl.batch-seal.v1"):
        seal = decode(message.value())
        expect(seal["sequence"] == count, f"seal {seal['sequence']} stands where {count} was expected")
        if previous is not None:
            expect(seal["previous"] == previous, f"seal {count} does not chain to its predecessor")
        previous, count = seal["chain"], count + 1
        good += seal["good"]["entries"]
        planted += seal["planted"]["entries"]
    return count, good, planted


def check_validated():
    ids, lines, debit = Counter(), 0, 0
    numbers = defaultdict(list)
    for message in read("gl.journal-entry.validated.v1"):
        ids[header(message, "ce_id")] += 1
        entry = decode(message.value())
        sums = {"DEBIT": 0, "CREDIT": 0}
        for line in entry["lines"]:
            expect(line["amount"] > 0, f"{entry['entry_id']} line {line['line_number']}: amount {line['amount']}")
            sums[line["side"]] += line["amount"]
        expect(sums["DEBIT"] == sums["CREDIT"], f"validated {entry['entry_id']} does not balance: {sums}")
        expect(message.key().decode() == str(entry["chain_id"]), f"{entry['entry_id']}: key is not the chain id")
        lines += len(entry["lines"])
        debit += sums["DEBIT"]
        numbers[entry["company_code"], entry["fiscal_year"]].append(entry["entry_number"])
    for book, seen in numbers.items():
        expect(sorted(seen) == list(range(1, len(seen) + 1)), f"entry numbers of {book} have gaps or repeats")
    return ids, lines, debit


def main():
    seals, good, planted = check_seals()
    raw = Counter(header(message, "ce_id") for message in read("gl.journal-entry.raw.v1"))
    validated, lines, debit = check_validated()
    dead = {header(m, "ce_id"): header(m, "dl_reason") for m in read("gl.journal-entry.dlq.v1")}
    faults = {str(f["ce_id"]): f["reason"] for f in map(lambda m: decode(m.value()), read("gl.injected-fault.v1"))}

    expect(max(raw.values()) == 1, "a submission stands twice on the raw topic")
    expect(max(validated.values()) == 1, "a submission stands twice on the validated topic")
    expect(not validated.keys() & dead.keys(), "a submission is both validated and dead")
    expect(raw.keys() == validated.keys() | dead.keys(), "raw is not validated plus dead letters")
    expect(dead == faults, f"dead letters are not the planted faults: {set(dead.items()) ^ set(faults.items())}")
    expect((good, planted) == (len(validated), len(dead)), f"seals count {good} + {planted}")

    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        staged = connection.execute("select count(*), count(distinct ce_id) from staging.journal_entry").fetchone()
        expect(staged == (len(validated), len(validated)), f"staging holds {staged}, validated {len(validated)}")
        row = connection.execute(
            "select count(*), sum(amount) filter (where side = 'DEBIT'), sum(amount) filter (where side = 'CREDIT')"
            " from staging.journal_line"
        ).fetchone()
        expect(row == (lines, debit, debit), f"staging lines are {row}, the topic's {(lines, debit, debit)}")
        rejected = connection.execute("select count(*) from staging.rejected_entry").fetchone()[0]
        expect(rejected == len(dead), f"staging holds {rejected} rejected entries, the topic {len(dead)}")

    print(
        json.dumps(
            {"seals": seals, "raw": len(raw), "validated": len(validated), "dead": len(dead), "lines": lines}
        )
    )


main()
