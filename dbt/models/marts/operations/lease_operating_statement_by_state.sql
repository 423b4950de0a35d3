{{ config(materialized='view') }}

-- The statement by state.
{{ lease_operating_statement_by('state', "coalesce(well.state, 'UNASSIGNED')") }}
