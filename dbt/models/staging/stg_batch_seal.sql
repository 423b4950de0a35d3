select
    sequence,
    window_start,
    window_end,
    is_history,
    good_entries,
    good_lines,
    good_digest,
    planted_entries,
    planted_lines,
    planted_digest,
    running_digest,
    previous,
    chain,
    sealed_at,
    source_offset,
    loaded_at
from {{ source('staging', 'batch_seal') }}
