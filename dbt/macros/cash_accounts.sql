{# Codes of the accounts that the chart classes as cash, to be written as literals: a view's window then reads those alone. #}
{% macro cash_accounts() %}
    {%- if not execute -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set cash = "select distinct account_code from " ~ ref('int_ledger_account') ~ " where cash_flow_class = 'CASH'" -%}
    {{ return(run_query(cash).columns[0].values() | sort) }}
{% endmacro %}
