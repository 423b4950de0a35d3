{# A mart's schema is the one that its folder names, without a prefix: gl.trial_balance, not dbt_gl.trial_balance.
   DBT_SCHEMA_PREFIX builds beside: the weekly full refresh compares before it replaces. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ env_var('DBT_SCHEMA_PREFIX', '') }}{{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
