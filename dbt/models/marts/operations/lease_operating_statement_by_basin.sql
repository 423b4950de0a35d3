{{ config(materialized='view') }}

-- The statement by basin.
{{ lease_operating_statement_by('basin', "coalesce(well.basin, 'UNASSIGNED')") }}
