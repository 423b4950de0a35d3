{# A volume in barrels of oil equivalent: gas by energy, liquids by the gallon. What has no such unit has none. #}
{% macro barrels_of_oil_equivalent(volume, unit_of_measure) -%}
    case {{ unit_of_measure }}
        when 'BBL' then {{ volume }}
        when 'MCF' then {{ volume }} / {{ var('mcf_per_boe') }}
        when 'GAL' then {{ volume }} / {{ var('gallons_per_barrel') }}
    end
{%- endmacro %}
