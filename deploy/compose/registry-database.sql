-- Runs once, when the Postgres volume is empty: the schema registry keeps its schemas in a database of its own.
CREATE DATABASE registry OWNER wellbook;
