{# The condition that a line is on an account of which `condition` holds. The list is read once, before the lines, so
   that the index on accounts answers; a join would read every line. #}
{% macro on_accounts(line, condition) -%}
    {{ line }}.account_code = any(array(
        select account.account_code
        from {{ ref('int_current_account') }} as account
        where {{ condition }}
    ))
{%- endmacro %}
