{{ config(materialized='view') }}

-- The statement by lease.
{{ lease_operating_statement_by('lease_id', "volume.lease_id") }}
